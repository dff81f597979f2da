with

surviving_leads as (

    select *
    from {{ ref('int_leads__surviving') }}

),

-- Facts after `as_of_date` do not exist: neither a lead created later nor a conversion that had not
-- happened yet.
existing_leads as (

    select
        *,
        {{ local_date('created_at') }} as created_date,
        coalesce({{ local_date('converted_at') }} <= {{ as_of_date() }}, true) as is_known_by_now,
        is_known_by_now and converted_deal_id is not null as has_deal,
        {{ lead_identity() }} as identity
    from surviving_leads
    where not is_deleted and {{ local_date('created_at') }} <= {{ as_of_date() }}

),

-- The earliest record is the lead.
leads_in_order as (

    select
        *,
        row_number() over (
            partition by identity order by created_at, system_order, {{ key_order('lead_id') }}
        ) as record_order
    from existing_leads

),

-- Its conversion is its own or, where it has none, that of the next record that has one.
united_leads as (

    select
        lead_id,
        system,
        created_at,
        created_date,
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
        campaign_id,
        rep_id,
        sourced_by_rep_id,
        status,
        mql_at,
        sql_at,
        disqualified_at,
        web_user_id,
        first_value(case when is_known_by_now then converted_deal_id end) over (
            partition by identity order by not has_deal, record_order
        ) as converted_deal_id,
        first_value(case when is_known_by_now then converted_at end) over (
            partition by identity order by not has_deal, record_order
        ) as converted_at,
        first_value(case when is_known_by_now then converted_account_record_id end) over (
            partition by identity order by not has_deal, record_order
        ) as converted_account_record_id,
        first_value(case when is_known_by_now then converted_person_record_id end) over (
            partition by identity order by not has_deal, record_order
        ) as converted_person_record_id
    from leads_in_order
    qualify record_order = 1

)

select * from united_leads
