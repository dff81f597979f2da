{#
    Whether the value of a KPI grows from 0 in the course of its period: a sum of what happens in it does, and a ratio whose YAML
    says `accrues: true`, because its denominator is that of the whole period from the first day on, as a quota is.
#}
{% macro accrues(kpi) %}
    {{ return(kpi.get('accrues', kpi.get('aggregate') == 'sum' and not kpi.get('is_as_of', false))) }}
{% endmacro %}

{#
    The KPIs, as a list of SQL, whose days add up to the part of a period that has passed, so that it can be compared with as many
    days of an earlier one. A state at the end of a period, a cohort that is still open, a growth or a median is no sum of days.
#}
{% macro kpis_of_days() -%}
    {%- set ids = [] -%}
    {%- for kpi in sales_kpis.kpis_of_project() -%}
        {%- set is_of_days = kpi.finest_grain == 'day' and not (kpi.get('is_as_of') or kpi.get('compare_with') or kpi.get('complete_after_days')) -%}
        {%- if is_of_days and kpi.get('aggregate', 'ratio') in ('ratio', 'sum') -%}{%- do ids.append("'" ~ kpi.id ~ "'") -%}{%- endif -%}
    {%- endfor -%}
    {{ ids | join(', ') or 'null' }}
{%- endmacro %}

{# The days from Monday to Friday from one day to another, both included. The first of January 1900 was a Monday. #}
{% macro count_working_days(first_day, last_day) -%}
({{ sales_kpis.weekdays_since_1900(sales_kpis.add_days(last_day, 1)) }} - {{ sales_kpis.weekdays_since_1900(first_day) }})
{%- endmacro %}
{% macro weekdays_since_1900(day) -%}
{%- set days = sales_kpis.days_between("cast('1900-01-01' as date)", day) -%}
(cast(floor({{ days }} / 7.0) as bigint) * 5 + least({{ days }} % 7, 5))
{%- endmacro %}
