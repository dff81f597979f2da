with

-- Days have the total only, which asks for no attributes.
active_customers as (

    select
        account_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment
    from {{ ref('fct_customer_periods') }}
    where is_active_in_period
    union all
    select
        stretches.account_id,
        days.period_grain,
        days.period_start_date,
        null as territory,
        null as market,
        null as segment
    from {{ ref('fct_customer_stretches') }} as stretches
    inner join {{ ref('dim_periods') }} as days
        on
            days.period_grain = 'day'
            and days.period_start_date between stretches.valid_from and stretches.valid_to

),

revenue as (

    select
        deals.deal_id,
        periods.period_grain,
        periods.period_start_date,
        deals.territory,
        deals.market,
        deals.segment,
        deals.amount
    from {{ ref('fct_deals') }} as deals
    inner join {{ ref('dim_periods') }} as periods
        on deals.close_date between periods.period_start_date and periods.period_end_date
    where deals.is_won

),

revenue_and_active_customers as (

    select
        deal_id as fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        amount as numerator,
        0 as denominator
    from revenue
    union all
    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        0 as numerator,
        1 as denominator
    from active_customers

),

revenue_by_product_line as (

    select
        lines.deal_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        lines.product_line,
        lines.amount as numerator
    from {{ ref('fct_deal_product_lines') }} as lines
    inner join {{ ref('dim_periods') }} as periods
        on lines.close_date between periods.period_start_date and periods.period_end_date
    where lines.is_won

)

{{ kpi_rollup(
    'revenue_and_active_customers',
    facts_by_dimension={'product_line': 'revenue_by_product_line'},
    whole_denominator=['product_line'],
    is_as_of=true,
    finest_grain='day'
) }}
