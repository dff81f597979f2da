{# The grains of every KPI, finest first; the fiscal ones only where the fiscal year is not the calendar year. #}
{% macro period_grains() %}
    {%- set calendar = ['day', 'week', 'month', 'quarter', 'year'] -%}
    {{ return(calendar if sales_kpis.setting('fiscal_year_start_month') | int == 1 else calendar + ['fiscal_quarter', 'fiscal_year']) }}
{% endmacro %}

{# First day of the period of a grain in which a day lies. Weeks are ISO weeks and begin on Monday. #}
{% macro period_start(grain, day) -%}
    {%- if grain == 'day' -%}{{ day }}
    {%- elif grain in ('fiscal_quarter', 'fiscal_year') -%}
        {#- A fiscal period is a calendar period of the days moved so that the fiscal year begins in January. -#}
        {%- set months = (13 - sales_kpis.setting('fiscal_year_start_month') | int) % 12 -%}
        {{ sales_kpis.add_months_to(sales_kpis.start_of(grain | replace('fiscal_', ''), sales_kpis.add_months_to(sales_kpis.start_of('month', day), months)), -months) }}
    {%- else -%}{{ sales_kpis.start_of(grain, day) }}{%- endif -%}
{%- endmacro %}

{# Last day of the period that begins on the given day. #}
{% macro period_end(grain, start) -%}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12, 'fiscal_quarter': 3, 'fiscal_year': 12} -%}
    {%- if grain == 'day' -%}{{ start }}
    {%- elif grain == 'week' -%}{{ sales_kpis.add_days(start, 6) }}
    {%- else -%}{{ sales_kpis.add_days(sales_kpis.add_months_to(start, months[grain]), -1) }}{%- endif -%}
{%- endmacro %}

{#
    The period in words: 2025-08-14, 2025-W32, 2025-08, 2025-Q3, 2025; a fiscal one by the year in which its fiscal year ends: FY26
    Q2, FY26.
#}
{% macro period_label(grain, start, iso_year, iso_week) -%}
    {%- if grain == 'day' -%}{{ sales_kpis.as_text(start) }}
    {%- elif grain == 'week' -%}{{ sales_kpis.as_text(iso_year) }} || '-W' || lpad({{ sales_kpis.as_text(iso_week) }}, 2, '0')
    {%- elif grain == 'month' -%}substring({{ sales_kpis.as_text(start) }}, 1, 7)
    {%- elif grain == 'quarter' -%}substring({{ sales_kpis.as_text(start) }}, 1, 4) || '-Q' || {{ sales_kpis.as_text('extract(quarter from ' ~ start ~ ')') }}
    {%- elif grain == 'year' -%}substring({{ sales_kpis.as_text(start) }}, 1, 4)
    {%- else -%}
        {%- set last_day = sales_kpis.period_end('fiscal_year', sales_kpis.period_start('fiscal_year', start)) -%}
        'FY' || substring({{ sales_kpis.as_text(last_day) }}, 3, 2)
        {%- if grain == 'fiscal_quarter' %} || ' Q' || {{ sales_kpis.as_text('extract(quarter from ' ~ sales_kpis.add_months_to(start, (13 - sales_kpis.setting('fiscal_year_start_month') | int) % 12) ~ ')') }}{% endif -%}
    {%- endif -%}
{%- endmacro %}
