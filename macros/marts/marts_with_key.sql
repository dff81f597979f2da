{# The name, relation and primary key of every mart that has one, but of the KPI tables, whose rows kpi_values unites. #}
{% macro marts_with_key() %}
    {%- set marts = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='name') if node.resource_type == 'model' and node.fqn[1] == 'marts' and node.fqn[2] != 'kpis' -%}
            {%- for constraint in node.constraints if constraint.type == 'primary_key' -%}
                {%- do marts.append({'name': node.name, 'relation': node.relation_name, 'key': constraint.columns}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(marts) }}
{% endmacro %}
