with

customer_periods as (

    select
        account_id,
        period_grain,
        period_start_date,
        territory_at_start,
        market,
        segment,
        is_active_at_end
    from {{ ref('fct_customer_periods') }}
    where is_active_at_start

),

-- Both parts are of who was a customer at the start, and where it was then.
customers_at_start as (

    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory_at_start as territory,
        market,
        segment,
        cast(is_active_at_end as int) as numerator,
        1 as denominator
    from customer_periods

)

{{ kpi_rollup('customers_at_start') }}
