with

market_sizes as (

    select *
    from {{ ref('dim_market_sizes') }}

),

periods as (

    select
        period_grain,
        period_start_date,
        extract(year from measured_on_date) as calendar_year
    from {{ ref('dim_periods') }}
    where period_grain <> 'day' and period_start_date <= {{ as_of_date() }}

),

active_customers as (

    select
        account_id,
        period_grain,
        period_start_date,
        extract(year from measured_on_date) as calendar_year,
        market,
        industry
    from {{ ref('fct_customer_periods') }}
    where is_active_at_end

),

-- Customers of a market without a size for the year are in neither part of the ratio.
customers_and_companies as (

    select
        market_sizes.market_size_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        market_sizes.market,
        market_sizes.industry,
        market_sizes.is_whole_market,
        0 as numerator,
        market_sizes.count_companies as denominator
    from market_sizes
    inner join periods
        on market_sizes.calendar_year = periods.calendar_year
    union all
    select
        active_customers.account_id as fact_id,
        active_customers.period_grain,
        active_customers.period_start_date,
        market_sizes.market,
        market_sizes.industry,
        market_sizes.is_whole_market,
        1 as numerator,
        0 as denominator
    from active_customers
    inner join market_sizes
        on
            active_customers.calendar_year = market_sizes.calendar_year
            and active_customers.market = market_sizes.market
            and (
                market_sizes.is_whole_market or active_customers.industry = market_sizes.industry
            )

),

of_markets as (

    select *
    from customers_and_companies
    where is_whole_market

),

of_industries as (

    select *
    from customers_and_companies
    where not is_whole_market

)

{{ kpi_rollup('of_markets', facts_by_dimension={'industry': 'of_industries'}) }}
