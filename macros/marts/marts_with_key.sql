{# The name, relation and primary key of every mart that has one, but of the KPI tables, whose rows kpi_values unites. #}
{% macro marts_with_key() %}
    {%- set marts = [] -%}
    {%- for name in sales_kpis.marts_beside_kpis() -%}
        {%- set relation = ref('sales_kpis', name) -%}
        {%- if execute -%}
            {%- for constraint in graph.nodes['model.sales_kpis.' ~ name].constraints if constraint.type == 'primary_key' -%}
                {%- do marts.append({'name': name, 'relation': relation, 'key': constraint.columns}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(marts) }}
{% endmacro %}
