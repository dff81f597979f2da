with

account_rows as (

    {{ contract_rows('salesforce', 'account') }}

),

-- "IsPersonAccount"; its contact stands on person accounts only. The name of a person stays here.
accounts as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as account_record_id,
        case when not coalesce(is_person_account, person_contact_id is not null) then name end
            as account_name,
        {{ system_key('salesforce', 'parent_id') }} as parent_account_record_id,
        industry,
        segment,
        number_of_employees as employee_count,
        annual_revenue,
        currency_iso_code as currency,
        coalesce(billing_country, shipping_country) as country,
        territory,
        market,
        {{ salesforce_owner_key() }} as rep_id,
        {{ domain_of('website') }} as domain,
        created_date as created_at,
        {{ salesforce_is_deleted() }} as is_deleted,
        {{ system_key('salesforce', 'master_record_id') }} as merged_into_record_id
    from account_rows

)

select * from accounts
