with

periods as (

    select
        period_grain,
        period_start_date,
        period_end_date,
        measured_on_date,
        is_complete
    from {{ ref('dim_periods') }}
    where period_start_date <= {{ as_of_date() }}

),

pipeline_snapshots as (

    select
        snapshot_date,
        deal_id,
        stage,
        rep_id,
        team,
        expected_close_date
    from {{ ref('fct_pipeline_snapshots') }}

),

-- A deal that is still open has slipped out of a period that has ended; out of the running one only
-- if it is now expected later.
deals_expected_to_close as (

    select
        expected_deals.deal_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        expected_deals.team,
        expected_deals.rep_id as rep,
        expected_deals.stage,
        case
            when
                periods.is_complete
                or open_deals.expected_close_date > periods.period_end_date
                then cast(open_deals.deal_id is not null as int)
            else 0
        end as numerator,
        1 as denominator
    from periods
    inner join pipeline_snapshots as expected_deals
        on
            {{ add_days('periods.period_start_date', -1) }} = expected_deals.snapshot_date
            and expected_deals.expected_close_date
            between periods.period_start_date and periods.period_end_date
    left join pipeline_snapshots as open_deals
        on
            expected_deals.deal_id = open_deals.deal_id
            and periods.measured_on_date = open_deals.snapshot_date

)

{{ kpi_rollup('deals_expected_to_close') }}
