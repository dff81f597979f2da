with

deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        segment,
        amount as numerator,
        0 as denominator
    from {{ ref('fct_deals') }}
    where is_won

),

deal_product_lines as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        amount as numerator
    from {{ ref('fct_deal_product_lines') }}
    where is_won

),

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
        periods.period_grain,
        periods.period_start_date,
        null as territory,
        null as market,
        null as segment
    from {{ ref('fct_customer_stretches') }} as stretches
    inner join {{ ref('dim_periods') }} as periods
        on periods.period_start_date between stretches.valid_from and stretches.valid_to
    where periods.period_grain = 'day'

),

deals_in_periods as (

    {{ facts_in_periods('deals') }}

),

lines_in_periods as (

    {{ facts_in_periods('deal_product_lines') }}

),

revenue_and_customers as (

    select
        fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        numerator,
        denominator
    from deals_in_periods
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

)

{{ kpi_rollup(
    'revenue_and_customers',
    facts_by_dimension={'product_line': 'lines_in_periods'},
    whole_denominator=['product_line']
) }}
