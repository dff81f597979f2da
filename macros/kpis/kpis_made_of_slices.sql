{#
    The KPIs, as a list of SQL, whose value is the sum over their slices, or the quotient of two such sums. The YAML says of a KPI
    without a denominator whether its slices add up (`is_additive`).
#}
{% macro kpis_made_of_slices() -%}
    {%- set ids = [] -%}
    {%- for kpi in sales_kpis.kpis_of_project() -%}
        {%- if kpi.get('aggregate', 'ratio') == 'ratio' or kpi.is_additive -%}{%- do ids.append("'" ~ kpi.id ~ "'") -%}{%- endif -%}
    {%- endfor -%}
    {{ ids | join(', ') or 'null' }}
{%- endmacro %}

{# Whether two sums differ by more than the rounding of their parts; an unknown one is 0. #}
{% macro is_another_part(sum, other) -%}
abs(coalesce({{ sum }}, 0) - coalesce({{ other }}, 0)) > 0.000001 * greatest(1, abs(coalesce({{ sum }}, 0)))
{%- endmacro %}
