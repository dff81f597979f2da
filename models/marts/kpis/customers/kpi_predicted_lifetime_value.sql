with

customer_years as (

    select
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        revenue,
        count_churned_customers,
        count_customer_months
    from {{ ref('fct_customer_years') }}

),

{#
    Both parts are ratios of a slice's sums, so each slice makes its own fact of a period. The months stand in both,
    so that the value needs none.
-#}
{% for slice in ['total', 'territory', 'market', 'segment'] -%}
{%- set columns = ['period_grain', 'period_start_date'] + ([] if slice == 'total' else [slice]) -%}
{{ slice }}_years as (

    select
        period_grain || '/' || {{ as_text('period_start_date') }} as fact_id,
        {{ columns | join(',\n        ') }},
        {{ safe_ratio('sum(revenue)', 'sum(count_customer_months)') }} * {{ var('gross_margin') }}
            as numerator,
        {{ safe_ratio('sum(count_churned_customers)', 'sum(count_customer_months)') }}
            as denominator,
        sum(revenue) * {{ var('gross_margin') }} as value_numerator,
        sum(count_churned_customers) as value_denominator
    from customer_years
    group by
        {{ columns | join(',\n        ') }}
    having sum(count_customer_months) > 0

){{ ',' if not loop.last }}

{% endfor -%}

{{ kpi_rollup(
    'total_years',
    facts_by_dimension={
        'territory': 'territory_years',
        'market': 'market_years',
        'segment': 'segment_years',
    },
    has_value_parts=true
) }}
