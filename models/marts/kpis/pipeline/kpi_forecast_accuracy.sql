with

periods as (

    select
        period_grain,
        period_start_date,
        period_end_date
    from {{ ref('dim_periods') }}
    where period_start_date <= {{ as_of_date() }}

),

expected_deals as (

    select
        deal_id,
        snapshot_date,
        team,
        territory,
        expected_close_date,
        amount * {{ chance_to_win('probability') }} as weighted_amount
    from {{ ref('fct_pipeline_snapshots') }}

),

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        team,
        territory,
        amount as numerator,
        0 as denominator
    from {{ ref('fct_deals') }}
    where is_won

),

won_deals_by_period as (

    {{ facts_in_periods('won_deals') }}

),

-- All revenue of the period beside what the pipeline promised for it on the day before.
revenue_and_forecast as (

    select
        fact_id,
        period_grain,
        period_start_date,
        team,
        territory,
        numerator,
        denominator
    from won_deals_by_period
    union all
    select
        expected_deals.deal_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        expected_deals.team,
        expected_deals.territory,
        0 as numerator,
        expected_deals.weighted_amount as denominator
    from expected_deals
    inner join periods
        on
            expected_deals.expected_close_date
            between periods.period_start_date and periods.period_end_date
            and expected_deals.snapshot_date = {{ add_days('periods.period_start_date', -1) }}

)

{{ kpi_rollup('revenue_and_forecast') }}
