{# The sign behind a value: the currency's code, a percent sign (0.25 reads 25 %), ×, or the unit itself. #}
{% macro display_unit(unit) %}
    {%- set signs = {'currency': var('reporting_currency'), 'ratio': '%', 'multiple': '×'} -%}
    {{ return(signs.get(unit, unit)) }}
{% endmacro %}
