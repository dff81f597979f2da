{#
    The declaration of a table in `_<system>__sources.yml`, as one dictionary; none inside a unit test, whose graph has no
    sources. A system with several instances has one for each: the same columns in another schema.
#}
{% macro contract_of(system, table, instance=none) %}
    {%- set known_contracts = graph.get('sales_kpis_contracts', {}) -%}
    {%- set label = [system, table, instance] | join(' ') -%}
    {%- if label in known_contracts -%}{{ return(known_contracts[label]) }}{%- endif -%}
    {%- set node = graph.get('sources', {}).get('source.' ~ sales_kpis.package_of(system) ~ '.' ~ system ~ '.' ~ table) -%}
    {%- if node is none -%}{{ return(none) }}{%- endif -%}
    {%- set meta = node.config.meta -%}
    {%- set known_columns = graph.setdefault('sales_kpis_contract_columns', {}) -%}
    {#- Asked once: another thread may make the same list meanwhile. -#}
    {%- set known = known_columns.get(node.unique_id) -%}
    {%- set columns = known or [] -%}
    {%- for column in node.columns.values() if known is none -%}
        {%- set column_meta = column.config.meta if column.config and column.config.meta else column.meta -%}
        {%- do columns.append({
            'name': column.name,
            'type': column.data_type,
            'is_required': column_meta.get('required', false),
            'is_pii': column_meta.get('pii', false),
            'is_expected': column_meta.get('expected', false),
            'is_native_id': column_meta.get('native_id', column.name == 'id' or column.name.endswith('_id') or column_meta.get('references') is not none or meta['primary_key'] == [column.name]),
            'references': column_meta.get('references'),
            'mapped_by': column_meta.get('mapped_by'),
            'is_shared': column_meta.get('shared', true),
            'known': column_meta.get('known', []),
            'aliases': column_meta.get('aliases', []),
            'spellings': column_meta.get('aliases', []) + [column.name] if column_meta.get('aliases_first') else [column.name] + column_meta.get('aliases', []),
            'inside': column_meta.get('inside', []),
            'epoch': column_meta.get('epoch'),
        }) -%}
    {%- endfor -%}
    {%- do known_columns.update({node.unique_id: columns}) -%}
    {%- set contract = {
        'system': system,
        'instance': instance,
        'source': system ~ '.' ~ instance if instance else system,
        'table': table,
        'database': node.database,
        'schema': sales_kpis.instances_of(system)[instance] if instance else node.schema,
        'is_required': meta.get('required', false),
        'required_with': meta.get('required_with'),
        'told_by': meta.get('told_by', []),
        'primary_key': meta['primary_key'],
        'freshness': node.config.get('freshness') or node.get('freshness') or {},
        'newest_by': meta.get('newest_by', node.source_meta.get('newest_by', [])),
        'aliases': meta.get('aliases', []),
        'is_written_by_people': node.source_meta.get('written_by') == 'people',
        'zone': sales_kpis.setting('reporting_time_zone') if node.source_meta.get('time_zone') == 'reporting' else 'UTC',
        'also_in': meta.get('also_in', []),
        'unpacked_from': meta.get('unpacked_from', []),
        'history_of': meta.get('history_of'),
        'epoch': node.source_meta.get('epoch'),
        'properties_column': node.source_meta.get('properties_column'),
        'never_fields': node.source_meta.get('never_fields', []),
        'unread_tables': node.source_meta.get('unread_tables', []),
        'columns': columns,
    } -%}
    {%- do graph.setdefault('sales_kpis_contracts', {}).update({label: contract}) -%}
    {{ return(contract) }}
{% endmacro %}

{# A table's contract once for each instance of its system; empty inside a unit test. #}
{% macro contracts_of_table(system, table) %}
    {%- set contracts = [] -%}
    {%- for instance in sales_kpis.instances_of(system) or [none] -%}
        {%- set contract = sales_kpis.contract_of(system, table, instance) -%}
        {%- if contract is not none -%}{%- do contracts.append(contract) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(contracts) }}
{% endmacro %}

{# All contracts of a system, in the order of its YAML, of each table once for each instance. #}
{% macro contracts_of(system) %}
    {%- set known = graph.get('sales_kpis_contracts', {}).get('all of ' ~ system) -%}
    {%- if known is not none -%}{{ return(known) }}{%- endif -%}
    {%- set contracts = [] -%}
    {#- By their ids: dbt makes a dictionary of each source that is looked at. -#}
    {%- for id in graph.get('sources', {}) if id.startswith('source.' ~ sales_kpis.package_of(system) ~ '.' ~ system ~ '.') -%}
        {%- do contracts.extend(sales_kpis.contracts_of_table(system, id.split('.')[3])) -%}
    {%- endfor -%}
    {%- if contracts -%}{%- do graph.setdefault('sales_kpis_contracts', {}).update({'all of ' ~ system: contracts}) -%}{%- endif -%}
    {{ return(contracts) }}
{% endmacro %}

{# Whose contract a system's is: this project's, or the own one of a project that has this one as a package. #}
{% macro package_of(system) %}{{ return(project_name if system in sales_kpis.setting('own_systems') else 'sales_kpis') }}{% endmacro %}

{#
    The instances of a system and the schema of each, as the variable system_instances names them; none of a system
    that is there once, in schema raw_<system>. A key then carries its instance: `salesforce:emea.0061x`.
#}
{% macro instances_of(system) %}{{ return((sales_kpis.setting('system_instances') or {}).get(system) or {}) }}{% endmacro %}

{# Where the raw tables of a system are: one schema, or that of each instance. #}
{% macro schemas_of(system) %}{{ return(sales_kpis.instances_of(system).values() | list or ['raw_' ~ system]) }}{% endmacro %}

{# The names of a system's tables in the report: by the system, or by each of its instances. #}
{% macro sources_of(system) %}{{ return(sales_kpis.contracts_of(system) | map(attribute='source') | unique | list) }}{% endmacro %}

{# Raw tables that the YAML of a system names as not needed (`unread_tables`). #}
{% macro unread_tables(system) %}
    {%- for contract in sales_kpis.contracts_of(system) -%}{{ return(contract.unread_tables) }}{%- endfor -%}
    {{ return([]) }}
{% endmacro %}

{# Whether people choose the ids of a system's tables; of no system inside a unit test, whose graph has no sources. #}
{% macro is_written_by_people(system) %}
    {%- for contract in sales_kpis.contracts_of(system) -%}{{ return(contract.is_written_by_people) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}
