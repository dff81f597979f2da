with

cost_of_new_customers as (

    select
        period_grain || '/' || {{ as_text('period_start_date') }} as fact_id,
        period_grain,
        period_start_date,
        cost_amount as numerator,
        count_new_customers as denominator
    from {{ ref('fct_acquisition_years') }}

)

{{ kpi_rollup('cost_of_new_customers') }}
