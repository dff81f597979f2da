with

leads as (

    select *
    from {{ ref('int_leads__merged') }}

),

first_outreach as (

    select
        lead_id,
        min(occurred_at) as first_outreach_at
    from {{ ref('int_activities__lead_outreach') }}
    where is_after_creation
    group by lead_id

),

first_won_deals as (

    select
        account_id,
        min(close_date) as first_won_date
    from {{ ref('int_deals__valued') }}
    where is_won
    group by account_id

),

-- A deal that was deleted is none that the lead became; dates after `as_of_date` have not come. The
-- CRM's own dates go before those that follow from the rules (all met: qualified on the day of
-- creation) and from the conversion.
leads_with_dates as (

    select
        resolved_leads.lead_id,
        resolved_leads.person_id,
        resolved_leads.account_id,
        deals.deal_id,
        leads.created_date,
        {{ local_date('leads.mql_at') }} as stated_mql_date,
        {{ local_date('leads.sql_at') }} as stated_sql_date,
        {{ local_date('leads.disqualified_at') }} as stated_disqualified_date,
        case
            when deals.deal_id is not null
                then {{ local_date('resolved_leads.converted_at') }}
        end as converted_date
    from {{ ref('int_leads__resolved') }} as resolved_leads
    inner join leads
        on resolved_leads.lead_id = leads.lead_id
    left join {{ ref('int_deals__valued') }} as deals
        on resolved_leads.deal_id = deals.deal_id

),

progress as (

    select
        leads_with_dates.lead_id,
        leads_with_dates.person_id,
        leads_with_dates.account_id,
        leads_with_dates.deal_id,
        leads_with_dates.converted_date,
        ruled_leads.count_rules_met,
        ruled_leads.is_good_fit,
        ruled_leads.is_qualified_by_rules,
        coalesce(first_won_deals.first_won_date < leads_with_dates.created_date, false)
            as was_customer_before,
        first_outreach.first_outreach_at,
        coalesce(
            case
                when leads_with_dates.stated_mql_date <= {{ as_of_date() }}
                    then leads_with_dates.stated_mql_date
            end,
            case when ruled_leads.is_qualified_by_rules then leads_with_dates.created_date end
        ) as mql_date,
        coalesce(
            case
                when leads_with_dates.stated_sql_date <= {{ as_of_date() }}
                    then leads_with_dates.stated_sql_date
            end,
            leads_with_dates.converted_date
        ) as sql_date,
        case
            when leads_with_dates.stated_disqualified_date <= {{ as_of_date() }}
                then leads_with_dates.stated_disqualified_date
        end as disqualified_date
    from leads_with_dates
    inner join {{ ref('int_leads__ruled') }} as ruled_leads
        on leads_with_dates.lead_id = ruled_leads.lead_id
    left join first_outreach
        on leads_with_dates.lead_id = first_outreach.lead_id
    left join first_won_deals
        on leads_with_dates.account_id = first_won_deals.account_id

)

select * from progress
