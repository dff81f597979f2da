with

deal_prospects as (

    select *
    from {{ ref('fct_deal_prospects') }}

),

forecast_weeks as (

    select *
    from {{ ref('fct_forecast_weeks') }}

),

new_deals as (

    select
        period_grain,
        period_start_date,
        count(*) as count_weeks
    from forecast_weeks
    group by period_grain, period_start_date

),

digits as (

    {% for digit in range(10) -%}
    select {{ digit }} as digit{{ ' union all' if not loop.last }}
    {% endfor %}

),

futures as (

    select hundreds.digit * 100 + tens.digit * 10 + ones.digit + 1 as future_number
    from digits as hundreds
    cross join digits as tens
    cross join digits as ones
    where hundreds.digit * 100 + tens.digit * 10 + ones.digit < {{ count_draws() }}

),

-- In each future a deal is won or not, in as many of them as its share says.
won_in_futures as (

    select
        deal_prospects.period_grain,
        deal_prospects.period_start_date,
        futures.future_number,
        sum(deal_prospects.amount_to_win) as revenue
    from deal_prospects
    cross join futures
    where
        {{ draw('futures.future_number', 'deal_prospects.deal_id') }} * deal_prospects.count_cases
        < deal_prospects.count_won_cases * 4294967296
    group by
        deal_prospects.period_grain,
        deal_prospects.period_start_date,
        futures.future_number

),

-- And the new deals bring what they brought after one of the weeks.
forecast_futures as (

    select
        new_deals.period_grain,
        new_deals.period_start_date,
        cast(futures.future_number as bigint) as future_number,
        {{ as_measure('coalesce(won_in_futures.revenue, 0)') }} as open_deals_revenue,
        forecast_weeks.new_deals_amount as new_deals_revenue
    from new_deals
    cross join futures
    inner join forecast_weeks
        on
            new_deals.period_grain = forecast_weeks.period_grain
            and new_deals.period_start_date = forecast_weeks.period_start_date
            and {{ draw('futures.future_number', "'new deals'") }} % new_deals.count_weeks + 1
            = forecast_weeks.week_number
    left join won_in_futures
        on
            new_deals.period_grain = won_in_futures.period_grain
            and new_deals.period_start_date = won_in_futures.period_start_date
            and futures.future_number = won_in_futures.future_number

)

select * from forecast_futures
