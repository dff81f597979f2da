with

forecast_periods as (

    select *
    from {{ ref('dim_forecast_periods') }}

),

won_deals as (

    select
        close_date,
        amount
    from {{ ref('fct_deals') }}
    where is_won

),

won_so_far as (

    select
        forecast_periods.period_grain,
        forecast_periods.period_start_date,
        sum(won_deals.amount) as amount
    from forecast_periods
    inner join won_deals
        on
            won_deals.close_date
            between forecast_periods.period_start_date and forecast_periods.period_end_date
    group by forecast_periods.period_grain, forecast_periods.period_start_date

),

deal_prospects as (

    select *
    from {{ ref('fct_deal_prospects') }}

),

open_deals as (

    select
        period_grain,
        period_start_date,
        count(*) as count_deals,
        count(measured_by) as count_measured_deals,
        sum(amount) as amount,
        sum(cast(amount_to_win as double) * count_won_cases / count_cases) as revenue,
        sum(
            case when is_expected_in_period then amount * {{ chance_to_win('probability') }} else 0
            end
        ) as weighted_amount,
        count(probability) as count_probabilities
    from deal_prospects
    group by period_grain, period_start_date

),

deals_by_likeness as (

    select
        period_grain,
        period_start_date,
        measured_by,
        count(*) as count_deals
    from deal_prospects
    where measured_by is not null
    group by period_grain, period_start_date, measured_by

),

-- The likeness by which most deals are measured, the closest of several.
likenesses as (

    select *
    from deals_by_likeness
    qualify row_number() over (
        partition by period_grain, period_start_date
        order by
            count_deals desc,
            case measured_by
                when 'stage and age' then 1
                when 'stage' then 2
                when 'age' then 3
                else 4
            end
    ) = 1

),

forecast_weeks as (

    select *
    from {{ ref('fct_forecast_weeks') }}

),

new_deals as (

    select
        period_grain,
        period_start_date,
        count(*) as count_weeks,
        {{ safe_ratio('sum(new_deals_amount)', 'count(*)') }} as revenue
    from forecast_weeks
    group by period_grain, period_start_date

),

ranked_futures as (

    select
        period_grain,
        period_start_date,
        open_deals_revenue + new_deals_revenue as revenue,
        row_number() over (
            partition by period_grain, period_start_date
            order by open_deals_revenue + new_deals_revenue
        ) as revenue_rank
    from {{ ref('fct_forecast_futures') }}

),

intervals as (

    select
        period_grain,
        period_start_date,
        max(case when revenue_rank = {{ count_draws() }} / 10 then revenue end) as low,
        max(case when revenue_rank = {{ count_draws() }} * 9 / 10 then revenue end) as high
    from ranked_futures
    group by period_grain, period_start_date

),

parts as (

    select
        forecast_periods.period_grain,
        forecast_periods.period_start_date,
        forecast_periods.period_end_date,
        forecast_periods.is_running,
        coalesce(won_so_far.amount, 0) as won_so_far,
        coalesce(open_deals.count_deals, 0) as count_open_deals,
        coalesce(open_deals.count_measured_deals, 0) as count_measured_deals,
        coalesce(open_deals.amount, 0) as open_amount,
        case when new_deals.count_weeks > 0 then coalesce(open_deals.revenue, 0) end
            as open_deals_revenue,
        new_deals.revenue as new_deals_revenue,
        intervals.low,
        intervals.high,
        case when open_deals.count_probabilities > 0 then open_deals.weighted_amount end
            as weighted_amount,
        likenesses.measured_by,
        coalesce(new_deals.count_weeks, 0) as count_weeks
    from forecast_periods
    {% for step in ['won_so_far', 'open_deals', 'likenesses', 'new_deals', 'intervals'] -%}
    left join {{ step }}
        on
            forecast_periods.period_grain = {{ step }}.period_grain
            and forecast_periods.period_start_date = {{ step }}.period_start_date
    {% endfor %}

),

forecasts as (

    select
        period_grain,
        period_start_date,
        period_end_date,
        is_running,
        {{ as_measure('won_so_far') }} as won_so_far,
        count_open_deals,
        count_measured_deals,
        {{ as_measure('open_amount') }} as open_amount,
        open_deals_revenue,
        new_deals_revenue,
        won_so_far + open_deals_revenue + new_deals_revenue as expected_revenue,
        cast(won_so_far + low as double) as low_revenue,
        cast(won_so_far + high as double) as high_revenue,
        {{ as_measure('weighted_amount') }} as crm_weighted_amount,
        {{ as_measure('won_so_far + weighted_amount') }} as crm_expected_revenue,
        measured_by,
        count_weeks
    from parts

)

select * from forecasts
