with

forecast_weeks as (

    select *
    from {{ ref('fct_forecast_weeks') }}

),

pipeline_snapshots as (

    select
        snapshot_date,
        deal_id,
        stage
    from {{ ref('fct_pipeline_snapshots') }}

),

deals as (

    select
        deal_id,
        system,
        created_date,
        close_date,
        is_won
    from {{ ref('fct_deals') }}

),

systems_with_history as (

    {{ systems_with_stage_history() }}

),

-- Without history, a deal that was closed never stood in the stage of an open one, and all those
-- that did are still open.
cases as (

    select
        forecast_weeks.period_grain,
        forecast_weeks.period_start_date,
        case when systems_with_history.system is not null then pipeline_snapshots.stage end
            as stage,
        {{ age_group('deals.created_date', 'pipeline_snapshots.snapshot_date') }} as age_group,
        pipeline_snapshots.deal_id,
        case
            when
                deals.is_won
                and deals.close_date
                between forecast_weeks.won_from_date and forecast_weeks.won_to_date
                then 1
            else 0
        end as is_won_in_time
    from forecast_weeks
    inner join pipeline_snapshots
        on forecast_weeks.week_end_date = pipeline_snapshots.snapshot_date
    inner join deals
        on pipeline_snapshots.deal_id = deals.deal_id
    left join systems_with_history
        on deals.system = systems_with_history.system

),

counts as (

    select
        period_grain,
        period_start_date,
        case when grouping(stage) = 1 then '(all)' else stage end as stage,
        case when grouping(age_group) = 1 then '(all)' else age_group end as age_group,
        case
            when grouping(stage) = 0 and grouping(age_group) = 0 then 'stage and age'
            when grouping(stage) = 0 then 'stage'
            when grouping(age_group) = 0 then 'age'
            else 'all deals'
        end as measured_by,
        count(distinct deal_id) as count_deals,
        count(*) as count_cases,
        cast(sum(is_won_in_time) as bigint) as count_won_cases
    from cases
    group by grouping sets (
        (period_grain, period_start_date, stage, age_group),
        (period_grain, period_start_date, stage),
        (period_grain, period_start_date, age_group),
        (period_grain, period_start_date)
    )

),

won_shares as (

    select
        period_grain,
        period_start_date,
        measured_by,
        stage,
        age_group,
        count_deals,
        count_cases,
        count_won_cases,
        {{ safe_ratio('count_won_cases', 'count_cases') }} as won_share
    from counts
    where stage is not null

)

select * from won_shares
