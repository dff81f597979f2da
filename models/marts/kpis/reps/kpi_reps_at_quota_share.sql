with

quotas as (

    select
        rep_id,
        month_start_date as kpi_date,
        coalesce(team, '(none)') as team,
        coalesce(territory, '(none)') as territory,
        quota_amount,
        revenue
    from {{ ref('fct_quotas') }}

),

quotas_by_period as (

    {{ facts_in_periods('quotas') }}

),

-- A rep counts in the team and territory of the last month with a quota.
reps_by_period as (

    select
        rep_id as fact_id,
        period_grain,
        period_start_date,
        max_by(team, kpi_date) as team,
        max_by(territory, kpi_date) as territory,
        case when sum(revenue) >= sum(quota_amount) then 1 else 0 end as numerator,
        1 as denominator
    from quotas_by_period
    group by rep_id, period_grain, period_start_date

)

{{ kpi_rollup('reps_by_period') }}
