with

engagement_company_rows as (

    {{ contract_rows('hubspot', 'engagement_company') }}

),

engagement_contact_rows as (

    {{ contract_rows('hubspot', 'engagement_contact') }}

),

engagement_deal_rows as (

    {{ contract_rows('hubspot', 'engagement_deal') }}

),

activity_links as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'engagement_id') }} as activity_id,
        {{ system_key('hubspot', 'company_id') }} as account_record_id,
        cast(null as {{ dbt.type_string() }}) as person_record_id,
        cast(null as {{ dbt.type_string() }}) as lead_id,
        cast(null as {{ dbt.type_string() }}) as deal_id,
        coalesce(_fivetran_deleted, false) as is_deleted
    from engagement_company_rows
    union all
    select
        'hubspot' as system,
        {{ system_key('hubspot', 'engagement_id') }} as activity_id,
        null as account_record_id,
        {{ system_key('hubspot', 'contact_id') }} as person_record_id,
        null as lead_id,
        null as deal_id,
        coalesce(_fivetran_deleted, false) as is_deleted
    from engagement_contact_rows
    union all
    select
        'hubspot' as system,
        {{ system_key('hubspot', 'engagement_id') }} as activity_id,
        null as account_record_id,
        null as person_record_id,
        null as lead_id,
        {{ system_key('hubspot', 'deal_id') }} as deal_id,
        coalesce(_fivetran_deleted, false) as is_deleted
    from engagement_deal_rows

)

select * from activity_links
