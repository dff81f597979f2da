with

lead_rows as (

    {{ contract_rows('tabular', 'lead') }}

),

leads as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'lead_id') }} as lead_id,
        created_at,
        full_name,
        email,
        phone,
        company,
        industry,
        employee_count,
        annual_revenue,
        marketing_team_size,
        country,
        lead_source,
        {{ system_key('tabular', 'campaign') }} as campaign_id,
        {{ system_key('tabular', 'owner_rep_id') }} as rep_id,
        {{ system_key('tabular', 'sourced_by_rep_id') }} as sourced_by_rep_id,
        status,
        mql_at,
        sql_at,
        converted_at,
        {{ system_key('tabular', 'converted_account_id') }} as converted_account_record_id,
        {{ system_key('tabular', 'converted_person_id') }} as converted_person_record_id,
        {{ system_key('tabular', 'converted_deal_id') }} as converted_deal_id,
        disqualified_at,
        web_user_id,
        coalesce(is_deleted, false) as is_deleted,
        {{ system_key('tabular', 'merged_into_lead_id') }} as merged_into_lead_id
    from lead_rows

)

select * from leads
