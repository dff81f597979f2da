{#
    Every KPI of the project: the `config.meta.kpi` of its YAML with id, family (its folder), relation, description, and
    what follows from it: the finest grain, whether it has a denominator, and whether it is a median or percentile.
#}
{% macro kpis_of_project() %}
    {%- set kpis = [] -%}
    {%- if execute -%}
        {%- for id in graph.nodes | sort if id.startswith('model.') and id.split('.')[2].startswith('kpi_') -%}
            {%- set node = graph.nodes[id] -%}
            {%- if node.config.meta and node.config.meta.get('kpi') -%}
                {%- set kpi = dict(node.config.meta.kpi) -%}
                {%- do kpi.update({
                    'id': node.name[4:],
                    'family': node.fqn[-2],
                    'relation': node.relation_name,
                    'description': node.description | trim,
                    'finest_grain': sales_kpis.finest_grain(kpi),
                    'has_denominator': sales_kpis.has_denominator(kpi),
                    'has_rank': sales_kpis.rank_of(kpi) != '',
                }) -%}
                {%- do kpis.append(kpi) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(kpis) }}
{% endmacro %}
