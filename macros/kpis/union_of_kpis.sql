{# All KPI tables in one: the nine columns, the id of the KPI, and how many cases a value rests on (`sample` of its YAML). #}
{% macro union_of_kpis() %}
    {%- set columns = [
        'period_grain', 'period_start_date', 'dimension', 'dimension_value', 'period_end_date',
        'is_period_complete', 'numerator', 'denominator', 'value',
    ] -%}
    {%- set queries = [] -%}
    {%- for kpi in sales_kpis.kpis_of_project() -%}
        {%- do queries.append(
            "select '" ~ kpi.id ~ "' as kpi, '" ~ kpi.family ~ "' as family, " ~ columns | join(', ')
            ~ ', ' ~ kpi.get('sample', sales_kpis.as_measure('null')) ~ ' as sample_size'
            ~ ", '" ~ kpi.direction ~ "' as direction, " ~ ('true' if kpi.is_additive else 'false') ~ ' as is_additive'
            ~ ' from ' ~ kpi.relation
        ) -%}
    {%- endfor -%}
    {{ return(queries | join('\n    union all\n    ')) }}
{% endmacro %}
