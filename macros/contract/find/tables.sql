{# Names of what the raw schema of a contract has, looked up once in a dbt command. #}
{% macro raw_names(contract) %}
    {%- set known = graph.setdefault('sales_kpis_raw_names', {}) -%}
    {%- if contract.schema not in known -%}
        {%- do known.update({contract.schema: sales_kpis.relation_names(contract.database, contract.schema)}) -%}
    {%- endif -%}
    {{ return(known[contract.schema]) }}
{% endmacro %}

{# A raw table as a relation of dbt, whose `identifier` is the name as it stands between quotation marks. #}
{% macro raw_relation(contract, name) %}
    {{ return(api.Relation.create(database=contract.database, schema=contract.schema, identifier=sales_kpis.name_in_quotes(name))) }}
{% endmacro %}

{# The type of each column of a raw table, looked up once in a dbt command. #}
{% macro raw_types(contract, name) %}
    {%- set known = graph.setdefault('sales_kpis_raw_types', {}).setdefault(contract.schema, {}) -%}
    {%- set relation = sales_kpis.raw_relation(contract, name) -%}
    {#- dbt knows a relation by its name as it stands between quotation marks. -#}
    {%- if name not in known and relation.identifier not in known -%}{%- do known.update(sales_kpis.column_types(relation)) -%}{%- endif -%}
    {{ return(known[name] if name in known else known[relation.identifier]) }}
{% endmacro %}

{# The name of the raw table that a contract's table is. #}
{% macro find_raw_name(contract, mapping) %}
    {%- set candidates = sales_kpis.named_tables(mapping)[:1] or [contract.table, contract.table ~ 's'] + contract.aliases -%}
    {%- set names = sales_kpis.raw_names(contract) -%}
    {%- set plain_names = sales_kpis.plain_names(names) -%}
    {%- for candidate in candidates -%}
        {%- set plain = sales_kpis.plain_name(candidate) -%}
        {%- set name = candidate if candidate in names else names[plain_names.index(plain)] if plain in plain_names else none -%}
        {%- if name is not none -%}
            {{ return(name) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# Tables of a day each that make up one: `events_20250916` for the alias `events_*`. #}
{% macro find_daily_tables(contract, mapping) %}
    {%- set found = [] -%}
    {%- set candidates = sales_kpis.named_tables(mapping) or contract.aliases -%}
    {%- for candidate in candidates if candidate.endswith('_*') -%}
        {%- for name in sales_kpis.raw_names(contract) if modules.re.match(modules.re.escape(candidate[:-1]) ~ '[0-9]{8}$', name | lower) -%}
            {%- do found.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# Whether a company's numbers make no sense without the table: a required one, its partner, and what requires one. #}
{% macro is_core(contract) %}
    {%- if contract.is_required or contract.required_with -%}{{ return(true) }}{%- endif -%}
    {{ return(contract.table in sales_kpis.contracts_of(contract.system) | map(attribute='required_with') | list) }}
{% endmacro %}

{# Whether a table's partner is there, which makes the table required: deals mean nothing without their stages. #}
{% macro is_delivered(contract) %}
    {%- if contract.required_with is none -%}{{ return(false) }}{%- endif -%}
    {%- set partner = sales_kpis.contract_of(contract.system, contract.required_with, contract.instance) -%}
    {%- set mapping = sales_kpis.mapping_of(partner) -%}
    {%- if mapping.get('is_left_out') -%}{{ return(false) }}{%- endif -%}
    {{ return(mapping.get('rows') is not none or mapping.get('query') is not none or sales_kpis.find_raw_name(partner, mapping) is not none) }}
{% endmacro %}
