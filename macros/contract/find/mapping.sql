{#
    The entry of source_mapping for a table: for the instance, else for the system. `is_left_out` is true of a table that it
    leaves out: `lead: false`, or false, null or nothing as its `table` or `rows`.
#}
{% macro mapping_of(contract) %}
    {%- set mapping = sales_kpis.setting('source_mapping') or {} -%}
    {%- for source in (contract.source, contract.system) -%}
        {%- set said = (mapping.get(source) or {}).get(contract.table, {}) -%}
        {%- if said is sameas false -%}{{ return({'is_left_out': true}) }}{%- endif -%}
        {%- if said -%}
            {%- set is_left_out = (said.get('table', 'x') or 'none') in ('none', false) or ('rows' in said and not said.rows) -%}
            {{ return(dict(said, is_left_out=is_left_out)) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return({}) }}
{% endmacro %}
