with

acquisition_years as (

    select
        period_grain,
        period_start_date,
        cost_amount,
        count_new_customers
    from {{ ref('fct_acquisition_years') }}

),

customer_years as (

    select
        period_grain,
        period_start_date,
        sum(revenue) as revenue,
        sum(count_customer_months) as count_customer_months
    from {{ ref('fct_customer_years') }}
    group by period_grain, period_start_date

),

-- Without new customers, or without any customers, a part is unknown.
cost_and_margin as (

    select
        acquisition_years.period_grain || '/'
        || {{ as_text('acquisition_years.period_start_date') }} as fact_id,
        acquisition_years.period_grain,
        acquisition_years.period_start_date,
        {{ safe_ratio('acquisition_years.cost_amount',
            'acquisition_years.count_new_customers') }} as numerator,
        {{ safe_ratio('customer_years.revenue', 'customer_years.count_customer_months') }}
        * {{ var('gross_margin') }} as denominator,
        cast(acquisition_years.cost_amount as double)
        * nullif(customer_years.count_customer_months, 0) as value_numerator,
        cast(customer_years.revenue as double) * {{ var('gross_margin') }}
        * acquisition_years.count_new_customers as value_denominator
    from acquisition_years
    left join customer_years
        on
            acquisition_years.period_grain = customer_years.period_grain
            and acquisition_years.period_start_date = customer_years.period_start_date

)

{{ kpi_rollup('cost_and_margin', has_value_parts=true) }}
