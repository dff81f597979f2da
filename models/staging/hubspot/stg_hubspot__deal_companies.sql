with

deal_company_rows as (

    {{ contract_rows('hubspot', 'deal_company') }}

),

deal_companies as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'deal_id') }} as deal_id,
        {{ system_key('hubspot', 'company_id') }} as account_record_id,
        type_id,
        coalesce(type_id = '5', false)
        or coalesce(lower(label) = 'primary', false)
        or coalesce(lower(category) = 'primary', false) as is_marked_primary,
        coalesce(_fivetran_deleted, false) as is_deleted
    from deal_company_rows

)

select * from deal_companies
