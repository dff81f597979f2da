with

customers_to_date as (

    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        case when count_won_deals >= 2 then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('fct_customer_periods') }}

)

{{ kpi_rollup('customers_to_date') }}
