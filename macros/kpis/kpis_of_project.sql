{#
    Every KPI of the project: the `config.meta.kpi` of its YAML with id, family (its folder), relation, description, and
    what its call of kpi_rollup says: the finest grain and whether it has a denominator.
#}
{% macro kpis_of_project() %}
    {%- set kpis = [] -%}
    {%- if execute -%}
        {%- for id in graph.nodes | sort if id.startswith('model.') and id.split('.')[2].startswith('kpi_') -%}
            {%- set node = graph.nodes[id] -%}
            {%- if node.config.meta and node.config.meta.get('kpi') -%}
                {%- set kpi = dict(node.config.meta.kpi) -%}
                {%- set finest_grain = modules.re.search("finest_grain='(\\w+)'", node.raw_code) -%}
                {%- do kpi.update({
                    'id': node.name[4:],
                    'family': node.fqn[-2],
                    'relation': node.relation_name,
                    'description': node.description | trim,
                    'finest_grain': finest_grain.group(1) if finest_grain else 'week' if 'is_as_of=true' in node.raw_code else 'day',
                    'has_denominator': 'is_ratio=false' not in node.raw_code,
                }) -%}
                {%- do kpis.append(kpi) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(kpis) }}
{% endmacro %}
