with

periods as (

    select *
    from {{ ref('dim_periods') }}
    where period_start_date <= {{ as_of_date() }}

),

pipeline_snapshots as (

    select *
    from {{ ref('fct_pipeline_snapshots') }}

),

quotas as (

    select
        quota_id as fact_id,
        month_start_date as kpi_date,
        rep_id as rep,
        team,
        territory,
        0 as numerator,
        quota_amount as denominator
    from {{ ref('fct_quotas') }}

),

quotas_by_period as (

    {{ facts_in_periods('quotas') }}

),

won_deals as (

    select
        deal_id,
        close_date,
        rep_id,
        team,
        territory,
        amount
    from {{ ref('fct_deals') }}
    where is_won

),

-- A closed period is seen at its start, when nothing was sold yet, the running one as of today.
pipeline_and_quotas as (

    select
        pipeline_snapshots.deal_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        pipeline_snapshots.rep_id as rep,
        pipeline_snapshots.team,
        pipeline_snapshots.territory,
        pipeline_snapshots.amount as numerator,
        0 as denominator
    from pipeline_snapshots
    inner join periods
        on
            pipeline_snapshots.expected_close_date
            between periods.period_start_date and periods.period_end_date
            and pipeline_snapshots.snapshot_date = case
                when periods.is_complete then {{ add_days('periods.period_start_date', -1) }}
                else {{ as_of_date() }}
            end
    union all
    select
        fact_id,
        period_grain,
        period_start_date,
        rep,
        team,
        territory,
        numerator,
        denominator
    from quotas_by_period
    union all
    select
        won_deals.deal_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        won_deals.rep_id as rep,
        won_deals.team,
        won_deals.territory,
        0 as numerator,
        -won_deals.amount as denominator
    from won_deals
    inner join periods
        on won_deals.close_date >= periods.period_start_date and not periods.is_complete

)

{{ kpi_rollup('pipeline_and_quotas') }}
