with

lead_rows as (

    {{ contract_rows('salesforce', 'lead') }}

),

leads as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as lead_id,
        created_date as created_at,
        {{ salesforce_full_name() }} as full_name,
        email,
        coalesce(phone, mobile_phone) as phone,
        company,
        industry,
        number_of_employees as employee_count,
        annual_revenue,
        marketing_team_size,
        country,
        lead_source,
        {{ system_key('salesforce', 'campaign') }} as campaign_id,
        {{ salesforce_owner_key() }} as rep_id,
        {{ salesforce_owner_key('sourced_by_rep_id') }} as sourced_by_rep_id,
        status,
        mql_at,
        sql_at,
        converted_date as converted_at,
        {{ system_key('salesforce', 'converted_account_id') }} as converted_account_record_id,
        {{ system_key('salesforce', 'converted_contact_id') }} as converted_person_record_id,
        {{ system_key('salesforce', 'converted_opportunity_id') }} as converted_deal_id,
        disqualified_at,
        web_user_id,
        {{ salesforce_is_deleted() }} as is_deleted,
        {{ system_key('salesforce', 'master_record_id') }} as merged_into_lead_id
    from lead_rows

)

select * from leads
