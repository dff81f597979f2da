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
        sum(count_churned_customers) as count_churned_customers,
        sum(count_customer_months) as count_customer_months
    from {{ ref('fct_customer_years') }}
    group by period_grain, period_start_date

),

-- Lifetime value is margin per month divided by churn per month: the months stand in both. Where
-- nobody is a customer, or nobody left, it is unknown.
value_and_cost as (

    select
        acquisition_years.period_grain || '/'
        || {{ as_text('acquisition_years.period_start_date') }} as fact_id,
        acquisition_years.period_grain,
        acquisition_years.period_start_date,
        case
            when customer_years.count_customer_months > 0
                then
                    {{ safe_ratio('customer_years.revenue',
                        'customer_years.count_churned_customers') }}
                    * {{ var('gross_margin') }}
        end as numerator,
        {{ safe_ratio('acquisition_years.cost_amount',
            'acquisition_years.count_new_customers') }} as denominator,
        case
            when customer_years.count_customer_months > 0
                then
                    cast(customer_years.revenue as double) * {{ var('gross_margin') }}
                    * nullif(acquisition_years.count_new_customers, 0)
        end as value_numerator,
        cast(acquisition_years.cost_amount as double) * customer_years.count_churned_customers
            as value_denominator
    from acquisition_years
    left join customer_years
        on
            acquisition_years.period_grain = customer_years.period_grain
            and acquisition_years.period_start_date = customer_years.period_start_date

)

{{ kpi_rollup('value_and_cost', has_value_parts=true) }}
