with

company_rows as (

    {{ contract_rows('hubspot', 'company') }}

),

queues as (

    select rep_id from {{ ref('stg_hubspot__reps') }}
    where is_queue

),

keyed_companies as (

    select
        company_rows.*,
        {{ system_key('hubspot', 'hubspot_owner_id') }} as owner_key
    from company_rows

),

owned_companies as (

    select
        keyed_companies.*,
        case when queues.rep_id is null then keyed_companies.owner_key end as rep_id
    from keyed_companies
    left join queues
        on keyed_companies.owner_key = queues.rep_id

),

accounts as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'id') }} as account_record_id,
        name as account_name,
        {{ system_key('hubspot', 'hs_parent_company_id') }} as parent_account_record_id,
        industry,
        segment,
        numberofemployees as employee_count,
        annualrevenue as annual_revenue,
        hs_currency_code as currency,
        country,
        territory,
        market,
        rep_id,
        {{ domain_of('domain') }} as domain,
        createdate as created_at,
        {{ hubspot_is_deleted(has_archive=true) }} as is_deleted,
        cast(null as {{ dbt.type_string() }}) as merged_into_record_id,
        hs_merged_object_ids
    from owned_companies

)

select * from accounts
