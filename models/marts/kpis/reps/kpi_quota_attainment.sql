with

quotas as (

    select
        quota_id,
        rep_id,
        month_start_date,
        month_end_date,
        team,
        territory,
        quota_amount
    from {{ ref('fct_quotas') }}

),

won_deals as (

    select
        deal_id,
        rep_id,
        close_date,
        team,
        territory,
        amount
    from {{ ref('fct_deals') }}
    where is_won

),

-- Only the revenue of reps and months with a quota counts.
revenue_and_quotas as (

    select
        won_deals.deal_id as fact_id,
        won_deals.close_date as kpi_date,
        won_deals.rep_id as rep,
        won_deals.team,
        won_deals.territory,
        won_deals.amount as numerator,
        0 as denominator
    from won_deals
    inner join quotas
        on
            won_deals.rep_id = quotas.rep_id
            and won_deals.close_date between quotas.month_start_date and quotas.month_end_date
    union all
    select
        quota_id as fact_id,
        month_start_date as kpi_date,
        rep_id as rep,
        team,
        territory,
        0 as numerator,
        quota_amount as denominator
    from quotas

),

-- A running period has the quota of all its months.
revenue_and_quotas_by_period as (

    {{ facts_in_periods('revenue_and_quotas') }}

)

{{ kpi_rollup('revenue_and_quotas_by_period') }}
