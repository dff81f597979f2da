{#
    All KPI tables in one: the nine columns, the id of the KPI, and how many cases a value rests on. Its YAML says them:
    `sample`, an expression over the KPI's own columns, or where its denominator is money, `sample_of`, the KPI whose
    `sample` counts the same deals or customers (`period: year_ago`: those of the year before).
#}
{% macro union_of_kpis() %}
    {%- set columns = [
        'period_grain', 'period_start_date', 'dimension', 'dimension_value', 'period_end_date',
        'is_period_complete', 'numerator', 'denominator', 'value',
    ] -%}
    {%- set queries = [] -%}
    {%- set kpis, tables = sales_kpis.kpis_of_project(), sales_kpis.kpi_tables() -%}
    {%- for kpi in kpis -%}
        {%- set cases = kpis | selectattr('id', 'equalto', kpi.sample_of.kpi) | first if kpi.get('sample_of') else none -%}
        {%- do queries.append(
            "select '" ~ kpi.id ~ "' as kpi, '" ~ kpi.family ~ "' as family, " ~ columns | join(', ')
            ~ ', ' ~ ('count_cases' if cases else kpi.get('sample', sales_kpis.as_measure('null'))) ~ ' as sample_size'
            ~ ", '" ~ kpi.direction ~ "' as direction, " ~ ('true' if kpi.is_additive else 'false') ~ ' as is_additive'
            ~ ' from ' ~ (sales_kpis.rows_with_cases(kpi, cases, tables) if cases else tables.get(kpi.id, kpi.relation))
        ) -%}
    {%- endfor -%}
    {{ return(queries | join('\n    union all\n    ')) }}
{% endmacro %}

{# The rows of a KPI beside the cases of another; a dimension that the other has not is one of money, and has all cases. #}
{% macro rows_with_cases(kpi, cases, tables) -%}
(
        select kpi_rows.*, {{ sales_kpis.as_measure('coalesce(cases.count_cases, 0)') }} as count_cases
        from (select * from {{ tables.get(kpi.id, kpi.relation) }}) as kpi_rows
        {% if kpi.sample_of.period == 'year_ago' -%}
        inner join {{ ref('dim_periods') }} as periods
            on kpi_rows.period_grain = periods.period_grain and kpi_rows.period_start_date = periods.period_start_date
        {% endif -%}
        {% set shared = "kpi_rows.dimension in ('" ~ (['total'] + cases.dimensions) | join("', '") ~ "')" -%}
        left join (
            select period_grain, period_start_date, dimension, dimension_value, {{ kpi.sample_of.sample }} as count_cases
            from {{ tables.get(cases.id, cases.relation) }}
        ) as cases
            on
                kpi_rows.period_grain = cases.period_grain
                and {{ 'periods.year_ago_period_start_date' if kpi.sample_of.period == 'year_ago' else 'kpi_rows.period_start_date' }} = cases.period_start_date
                and case when {{ shared }} then kpi_rows.dimension else 'total' end = cases.dimension
                and case when {{ shared }} then kpi_rows.dimension_value else 'total' end = cases.dimension_value
    ) as kpi_rows
{%- endmacro %}
