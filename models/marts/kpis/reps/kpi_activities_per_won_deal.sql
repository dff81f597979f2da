with

outreach as (

    select
        activity_id,
        activity_date,
        activity_type,
        rep_id,
        team
    from {{ ref('fct_activities') }}
    where is_outreach

),

won_deals as (

    select
        deal_id,
        close_date,
        rep_id,
        team
    from {{ ref('fct_deals') }}
    where is_won

),

activity_types as (

    select 'call' as activity_type
    union all
    select 'email' as activity_type
    union all
    select 'meeting' as activity_type

),

outreach_and_won_deals as (

    select
        activity_id as fact_id,
        activity_date as kpi_date,
        rep_id as rep,
        team,
        1 as numerator,
        0 as denominator
    from outreach
    union all
    select
        deal_id as fact_id,
        close_date as kpi_date,
        rep_id as rep,
        team,
        0 as numerator,
        1 as denominator
    from won_deals

),

-- Calls, e-mails and meetings have all won deals below them.
outreach_and_won_deals_by_activity_type as (

    select
        activity_id as fact_id,
        activity_date as kpi_date,
        activity_type,
        1 as numerator,
        0 as denominator
    from outreach
    union all
    select
        won_deals.deal_id as fact_id,
        won_deals.close_date as kpi_date,
        activity_types.activity_type,
        0 as numerator,
        1 as denominator
    from won_deals
    cross join activity_types

)

{{ kpi_rollup(
    'outreach_and_won_deals',
    facts_by_dimension={'activity_type': 'outreach_and_won_deals_by_activity_type'}
) }}
