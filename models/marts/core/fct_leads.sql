{% set speed_to_lead_hours = hours_between('leads.created_at', 'progress.first_outreach_at') %}

with

leads as (

    select
        lead_id,
        system,
        rep_id,
        sourced_by_rep_id,
        industry,
        employee_count,
        campaign_id,
        created_at,
        created_date
    from {{ ref('int_leads__merged') }}

),

descriptions as (

    select *
    from {{ ref('int_leads__described') }}

),

progress as (

    select *
    from {{ ref('int_leads__progress') }}

),

won_deals as (

    select
        deal_id,
        close_date
    from {{ ref('fct_deals') }}
    where is_won

),

described_leads as (

    select
        leads.lead_id,
        leads.system,
        leads.rep_id,
        leads.sourced_by_rep_id,
        descriptions.team,
        descriptions.territory,
        descriptions.country,
        descriptions.market,
        leads.industry,
        leads.employee_count,
        descriptions.lead_source,
        descriptions.lead_channel,
        descriptions.is_self_generated,
        leads.campaign_id,
        leads.created_at,
        leads.created_date,
        progress.person_id,
        progress.account_id,
        progress.count_rules_met,
        progress.is_good_fit,
        progress.is_qualified_by_rules,
        progress.was_customer_before,
        progress.first_outreach_at,
        {{ local_date('progress.first_outreach_at') }} as first_contacted_date,
        progress.mql_date,
        progress.sql_date,
        progress.disqualified_date,
        progress.converted_date,
        progress.deal_id,
        won_deals.close_date as won_date,
        {{ speed_to_lead_hours }} as speed_to_lead_hours,
        coalesce(
            {{ speed_to_lead_hours }} <= {{ var('speed_to_lead_target_hours') }}, false
        ) as is_reached_in_time,
        coalesce(
            {{ local_date('progress.first_outreach_at') }}
            <= {{ add_days('leads.created_date', var('conversion_window_days')) }},
            false
        ) as is_followed_up,
        cast({{ days_between('leads.created_date', 'won_deals.close_date') }} as bigint)
            as acquisition_days,
        coalesce(
            won_deals.close_date
            <= {{ add_days('leads.created_date', var('conversion_window_days')) }},
            false
        ) as is_won_in_time,
        descriptions.has_name,
        descriptions.has_valid_email,
        descriptions.has_valid_phone
    from leads
    inner join descriptions
        on leads.lead_id = descriptions.lead_id
    inner join progress
        on leads.lead_id = progress.lead_id
    left join won_deals
        on progress.deal_id = won_deals.deal_id

)

select * from described_leads
