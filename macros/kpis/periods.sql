{# The grains of every KPI, finest first; the fiscal ones only where the fiscal year is not the calendar year. #}
{% macro period_grains() %}
    {%- set calendar = ['day', 'week', 'month', 'quarter', 'year'] -%}
    {{ return(calendar if var('fiscal_year_start_month') | int == 1 else calendar + ['fiscal_quarter', 'fiscal_year']) }}
{% endmacro %}

{# First day of the period of a grain in which a day lies. Weeks are ISO weeks and begin on Monday. #}
{% macro period_start(grain, day) -%}
    {%- if grain == 'day' -%}{{ day }}
    {%- elif grain in ('fiscal_quarter', 'fiscal_year') -%}
        {#- A fiscal period is a calendar period of the days moved so that the fiscal year begins in January. -#}
        {%- set months = (13 - var('fiscal_year_start_month') | int) % 12 -%}
        {{ add_months_to(start_of(grain | replace('fiscal_', ''), add_months_to(start_of('month', day), months)), -months) }}
    {%- else -%}{{ start_of(grain, day) }}{%- endif -%}
{%- endmacro %}

{# Last day of the period that begins on the given day. #}
{% macro period_end(grain, start) -%}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12, 'fiscal_quarter': 3, 'fiscal_year': 12} -%}
    {%- if grain == 'day' -%}{{ start }}
    {%- elif grain == 'week' -%}{{ add_days(start, 6) }}
    {%- else -%}{{ add_days(add_months_to(start, months[grain]), -1) }}{%- endif -%}
{%- endmacro %}
