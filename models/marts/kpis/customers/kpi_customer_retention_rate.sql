with

-- Both parts count the customers of the period's start, in their slices of that day.
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
    from {{ ref('fct_customer_periods') }}
    where is_active_at_start

)

{{ kpi_rollup('customers_at_start') }}
