{# Every KPI of the project: the `config.meta.kpi` of its YAML with id, family (its folder), relation and description. #}
{% macro kpis_of_project() %}
    {%- set kpis = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='name') if node.resource_type == 'model' and node.config.meta and node.config.meta.get('kpi') -%}
            {%- set kpi = dict(node.config.meta.kpi) -%}
            {%- do kpi.update({
                'id': node.name[4:],
                'family': node.fqn[-2],
                'relation': node.relation_name,
                'description': node.description | trim,
            }) -%}
            {%- do kpis.append(kpi) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(kpis) }}
{% endmacro %}
