{# A currency as int_currencies__rates spells it; a blank one is the reporting currency. #}
{% macro currency_code_of(currency) -%}
coalesce(nullif(upper(trim({{ currency }})), ''), {{ text_literal(var('reporting_currency')) }})
{%- endmacro %}

{#
    A day's part of a month's amount: what the month has come to by the day, less what it had come to the day before. So
    the days add up to the month exactly.
#}
{% macro day_of_month_amount(amount, day, month_start_date) -%}
    {%- set days = 'extract(day from ' ~ period_end('month', month_start_date) ~ ')' -%}
    {%- set day_number = 'extract(day from ' ~ day ~ ')' -%}
    {%- set by_the_day = as_measure('cast(' ~ amount ~ ' as double) * ' ~ day_number ~ ' / ' ~ days) -%}
    {%- set by_the_day_before = as_measure('cast(' ~ amount ~ ' as double) * (' ~ day_number ~ ' - 1) / ' ~ days) -%}
    {{ as_measure(by_the_day ~ ' - ' ~ by_the_day_before) }}
{%- endmacro %}

{# How much of a revenue, counted from the beginning of the year, lies in a tier of attainment; below 0 nothing does. #}
{% macro revenue_in_tier(revenue, tier_from, tier_to) -%}
greatest(least({{ revenue }}, coalesce({{ tier_to }}, {{ revenue }})) - {{ tier_from }}, 0)
{%- endmacro %}
