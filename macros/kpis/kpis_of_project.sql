{#
    The tables of all KPIs, by id: those of the package whose family is in use, and `own_kpis`, the models of a project that
    has this one as a package. Their `ref()` makes what unites them come after them.
#}
{% macro kpi_tables() %}
    {%- set tables = {} -%}
    {%- for family, models in sales_kpis.kpis_by_family().items() if family in sales_kpis.setting('kpi_families') -%}
        {%- for model in models -%}{%- do tables.update({model[4:]: ref(model)}) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for model in sales_kpis.setting('own_kpis') -%}{%- do tables.update({model[4:]: ref(model)}) -%}{%- endfor -%}
    {{ return(tables) }}
{% endmacro %}

{#
    Every KPI of the project: the `config.meta.kpi` of its YAML with id, family (its folder), relation, description, and
    what follows from it: the finest grain, whether it has a denominator, and whether it is a median or percentile.
#}
{% macro kpis_of_project() %}
    {%- set kpis = [] -%}
    {%- if execute -%}
        {%- set listed = sales_kpis.kpis_by_family().values() | sum(start=[]) + sales_kpis.setting('own_kpis') -%}
        {%- for id in graph.nodes | sort if id.startswith('model.') and id.split('.')[2].startswith('kpi_') -%}
            {%- set node = graph.nodes[id] -%}
            {%- if node.config.meta and node.config.meta.get('kpi') -%}
                {%- if node.name not in listed -%}{%- do sales_kpis.tell_unlisted_kpi(node) -%}{%- endif -%}
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

{# A KPI that nothing would unite is an error, or its table would be built and stand nowhere else. #}
{% macro tell_unlisted_kpi(node) %}
    {%- set next_step = 'run `kpis references`, which lists it' if node.package_name == 'sales_kpis' else 'name it in the variable own_kpis' -%}
    {{ exceptions.raise_compiler_error("The KPI " ~ node.name ~ " (" ~ node.original_file_path ~ ") is in no list of KPIs, so kpi_values would lack it: " ~ next_step ~ ".") }}
{% endmacro %}
