with

customer_periods as (

    select
        account_id,
        period_grain,
        period_start_date,
        territory,
        market,
        lead_source,
        industry,
        segment,
        revenue_to_date
    from {{ ref('fct_customer_periods') }}

),

customers_to_date as (

    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        lead_source,
        industry,
        segment,
        revenue_to_date as numerator,
        1 as denominator
    from customer_periods

)

{{ kpi_rollup('customers_to_date') }}
