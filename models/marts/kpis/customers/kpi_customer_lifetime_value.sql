with

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
    from {{ ref('fct_customer_periods') }}

)

{{ kpi_rollup('customers_to_date') }}
