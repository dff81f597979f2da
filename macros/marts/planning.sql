{# A currency as int_currencies__rates spells it; a blank one is the reporting currency. #}
{% macro currency_code_of(currency) -%}
coalesce(nullif(upper(trim({{ currency }})), ''), {{ sales_kpis.text_literal(sales_kpis.setting('reporting_currency')) }})
{%- endmacro %}

{#
    A day's part of a month's amount: what the month has come to by the day, less what it had come to the day before. So
    the days add up to the month exactly.
#}
{% macro day_of_month_amount(amount, day, month_start_date) -%}
    {%- set days = 'extract(day from ' ~ sales_kpis.period_end('month', month_start_date) ~ ')' -%}
    {%- set day_number = 'extract(day from ' ~ day ~ ')' -%}
    {%- set by_the_day = sales_kpis.as_measure('cast(' ~ amount ~ ' as double) * ' ~ day_number ~ ' / ' ~ days) -%}
    {%- set by_the_day_before = sales_kpis.as_measure('cast(' ~ amount ~ ' as double) * (' ~ day_number ~ ' - 1) / ' ~ days) -%}
    {{ sales_kpis.as_measure(by_the_day ~ ' - ' ~ by_the_day_before) }}
{%- endmacro %}

{# How much of a revenue, counted from the beginning of the year, lies in a tier of attainment; below 0 nothing does. #}
{% macro revenue_in_tier(revenue, tier_from, tier_to) -%}
greatest(least({{ revenue }}, coalesce({{ tier_to }}, {{ revenue }})) - {{ tier_from }}, 0)
{%- endmacro %}

{#
    The days of a planning seed's monthly costs, in the reporting currency at the rate of the month's first day: `daily_costs`,
    divided by the columns of the seed that are named. A month has the days that have passed.
#}
{% macro daily_costs(seed, columns) -%}
costs as (

    select
        {{ sales_kpis.start_of('month', 'cost_month') }} as month_start_date,
        {% for column in columns -%}
        coalesce(nullif(trim({{ column }}), ''), '(none)') as {{ column }},
        {% endfor -%}
        amount,
        currency
    from {{ ref(seed) }}

),

valued_costs as (

    select
        costs.month_start_date,
        {% for column in columns -%}
        costs.{{ column }},
        {% endfor -%}
        {{ sales_kpis.as_measure('sum(costs.amount * rates.rate_to_reporting)') }} as amount
    from costs
    left join {{ ref('int_currencies__rates') }} as rates
        on
            {{ sales_kpis.currency_code_of('costs.currency') }} = rates.currency_code
            and costs.month_start_date between rates.valid_from and rates.valid_to
    group by costs.month_start_date, costs.{{ columns | join(', costs.') }}

),

daily_costs as (

    select
        {{ sales_kpis.as_text('dates.date_day') }} || '|' || valued_costs.{{ columns | join(" || '|' || valued_costs.") }} as cost_id,
        dates.date_day as cost_date,
        {% for column in columns -%}
        valued_costs.{{ column }},
        {% endfor -%}
        {{ sales_kpis.day_of_month_amount('valued_costs.amount', 'dates.date_day', 'valued_costs.month_start_date') }} as amount
    from valued_costs
    inner join {{ ref('dim_dates') }} as dates
        on valued_costs.month_start_date = dates.month_start_date
    where dates.date_day <= {{ sales_kpis.as_of_date() }}

)
{%- endmacro %}
