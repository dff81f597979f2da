with

account_rows as (

    {{ contract_rows('tabular', 'account') }}

),

accounts as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'account_id') }} as account_record_id,
        case when not coalesce(is_person_account, false) then account_name end as account_name,
        {{ system_key('tabular', 'parent_account_id') }} as parent_account_record_id,
        industry,
        segment,
        employee_count,
        annual_revenue,
        currency,
        country,
        territory,
        market,
        {{ system_key('tabular', 'owner_rep_id') }} as rep_id,
        {{ domain_of('domain') }} as domain,
        created_at,
        coalesce(is_deleted, false) as is_deleted,
        {{ system_key('tabular', 'merged_into_account_id') }} as merged_into_record_id
    from account_rows

)

select * from accounts
