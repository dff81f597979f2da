with

active_customers as (

    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        industry,
        segment,
        1 as numerator
    from {{ ref('fct_customer_periods') }}
    where is_active_at_end

)

{{ kpi_rollup('active_customers') }}
