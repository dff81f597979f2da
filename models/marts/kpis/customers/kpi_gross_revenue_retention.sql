with

-- Both parts are of who was a customer at the start, and where it was then.
customers_at_start as (

    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory_at_start as territory,
        market,
        segment,
        least(mrr_at_end, mrr_at_start) as numerator,
        mrr_at_start as denominator
    from {{ ref('fct_customer_periods') }}
    where is_active_at_start

)

{{ kpi_rollup('customers_at_start') }}
