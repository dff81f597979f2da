{# What `_<system>__sources.yml` declares for a table, as one dictionary; none inside a unit test, whose graph has no sources. #}
{% macro contract_of(system, table) %}
    {%- for node in graph.get('sources', {}).values() if node.source_name == system and node.name == table and node.package_name == 'sales_kpis' -%}
        {%- set meta = node.config.meta -%}
        {%- set columns = [] -%}
        {%- for column in node.columns.values() -%}
            {%- set column_meta = column.config.meta if column.config and column.config.meta else column.meta -%}
            {%- do columns.append({
                'name': column.name,
                'type': column.data_type,
                'is_required': column_meta.get('required', false),
                'is_pii': column_meta.get('pii', false),
                'is_expected': column_meta.get('expected', false),
                'references': column_meta.get('references'),
                'mapped_by': column_meta.get('mapped_by'),
                'aliases': column_meta.get('aliases', []),
                'inside': column_meta.get('inside', []),
                'epoch': column_meta.get('epoch'),
            }) -%}
        {%- endfor -%}
        {{ return({
            'system': system,
            'table': table,
            'database': node.database,
            'schema': node.schema,
            'is_required': meta.get('required', false),
            'required_with': meta.get('required_with'),
            'primary_key': meta['primary_key'],
            'newest_by': meta.get('newest_by', node.source_meta.get('newest_by', [])),
            'aliases': meta.get('aliases', []),
            'zone': var('reporting_time_zone') if node.source_meta.get('time_zone') == 'reporting' else 'UTC',
            'columns': columns,
        }) }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# All contracts of a system, in the order of its YAML. #}
{% macro contracts_of(system) %}
    {%- set contracts = [] -%}
    {%- for node in graph.get('sources', {}).values() if node.source_name == system and node.package_name == 'sales_kpis' -%}
        {%- do contracts.append(sales_kpis.contract_of(system, node.name)) -%}
    {%- endfor -%}
    {{ return(contracts) }}
{% endmacro %}

{# The spelling that all spellings share: `StageName`, `stage_name` and `STAGE_NAME` are `stagename`. #}
{% macro plain_name(name) %}{{ return(name | lower | replace('_', '') | replace(' ', '')) }}{% endmacro %}

{#
    What was delivered for a contract: the relation (none: absent), under which names its columns were found, their
    types, and the errors that stop a build, each one sentence with table, column and what to do.
#}
{% macro delivery_of(contract) %}
    {%- set mapping = (var('source_mapping', {}) or {}).get(contract.system, {}).get(contract.table, {}) or {} -%}
    {%- set label = contract.system ~ '.' ~ contract.table -%}
    {%- set delivery = {'relation': none, 'found_as': none, 'columns': {}, 'nested': {}, 'errors': [], 'date_order': {}, 'zone': contract.zone} -%}
    {%- set raw_columns = {} -%}
    {%- set raw_types = {} -%}

    {%- if mapping.get('rows') -%}
        {%- do delivery.update({'found_as': 'source_mapping', 'relation': '(' ~ sales_kpis.inline_rows_sql(mapping.rows) ~ ')'}) -%}
        {%- for name in mapping.rows[0] -%}{%- do raw_columns.update({name: 'text'}) -%}{%- endfor -%}
    {%- else -%}
        {%- set relation = sales_kpis.find_raw_relation(contract, mapping) -%}
        {%- if relation is not none -%}
            {%- do delivery.update({'found_as': relation.identifier, 'relation': relation | string}) -%}
            {%- for column in adapter.get_columns_in_relation(relation) -%}
                {%- do raw_columns.update({column.name: sales_kpis.type_family(column.data_type)}) -%}
                {%- do raw_types.update({column.name: column.data_type}) -%}
            {%- endfor -%}
        {%- elif sales_kpis.find_daily_tables(contract, mapping) | length -%}
            {%- set tables = sales_kpis.find_daily_tables(contract, mapping) -%}
            {%- do delivery.update({'found_as': tables | join(', '), 'relation': '(' ~ sales_kpis.united_tables_sql(contract, tables, raw_columns, raw_types) ~ ')'}) -%}
        {%- elif mapping.get('table') -%}
            {%- do delivery.errors.append("source_mapping names the table '" ~ mapping.table ~ "' for " ~ label ~ ", but schema " ~ contract.schema ~ " has none of that name: correct the name or deliver the table.") -%}
        {%- elif contract.is_required or sales_kpis.is_delivered(contract.system, contract.required_with) -%}
            {%- do delivery.errors.append("Table " ~ label ~ " is required and schema " ~ contract.schema ~ " has none of the names " ~ ([contract.table] + contract.aliases) | join(', ') ~ ": deliver it, or name it in source_mapping (" ~ contract.system ~ ": {" ~ contract.table ~ ": {table: <its name>}}).") -%}
        {%- endif -%}
    {%- endif -%}

    {%- set declared_names = contract.columns | map(attribute='name') | list -%}
    {%- for name in mapping.get('columns', {}) if name not in declared_names -%}
        {%- do delivery.errors.append("source_mapping maps the column '" ~ name ~ "' of " ~ label ~ ", which the contract does not declare: use one of " ~ declared_names | join(', ') ~ ".") -%}
    {%- endfor -%}

    {%- set is_empty_file = raw_columns.keys() | list == ['empty_file'] -%}
    {%- for column in contract.columns -%}
        {%- set mapped_to = mapping.get('columns', {}).get(column.name) -%}
        {%- set raw_name = sales_kpis.find_raw_column(raw_columns.keys() | list, [mapped_to] if mapped_to else [column.name] + column.aliases) -%}
        {%- set part = sales_kpis.find_nested_part(raw_columns, raw_types, [mapped_to] if mapped_to else column.inside, delivery.nested) if raw_name is none else none -%}
        {%- do delivery.columns.update({column.name: {
            'raw_name': part.path if part else raw_name, 'part': part, 'family': raw_columns.get(raw_name, 'text'), 'is_mapped': mapped_to is not none,
        }}) -%}
        {%- if raw_name is none and part is none and delivery.relation is not none and not is_empty_file -%}
            {%- if mapped_to -%}
                {%- do delivery.errors.append("source_mapping maps " ~ label ~ "." ~ column.name ~ " to '" ~ mapped_to ~ "', but raw table " ~ contract.schema ~ "." ~ delivery.found_as ~ " has no such column: use one of " ~ raw_columns.keys() | join(', ') ~ ".") -%}
            {%- elif column.is_required -%}
                {%- do delivery.errors.append("Column " ~ label ~ "." ~ column.name ~ " is required and raw table " ~ contract.schema ~ "." ~ delivery.found_as ~ " has no column of that name: map it in source_mapping (" ~ contract.system ~ ": {" ~ contract.table ~ ": {columns: {" ~ column.name ~ ": <its name>}}}); the table has " ~ raw_columns.keys() | join(', ') ~ ".") -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}

    {%- if delivery.relation is not none and not delivery.errors -%}
        {%- do delivery.update({'date_order': sales_kpis.date_orders(contract, delivery, mapping)}) -%}
    {%- endif -%}
    {{ return(delivery) }}
{% endmacro %}

{# Whether a table's partner is there, which makes the table required: deals mean nothing without their stages. #}
{% macro is_delivered(system, table) %}
    {%- if table is none -%}{{ return(false) }}{%- endif -%}
    {%- set mapping = (var('source_mapping', {}) or {}).get(system, {}).get(table, {}) or {} -%}
    {{ return(mapping.get('rows') is not none or sales_kpis.find_raw_relation(sales_kpis.contract_of(system, table), mapping) is not none) }}
{% endmacro %}

{% macro find_raw_relation(contract, mapping) %}
    {%- set candidates = [mapping.table] if mapping.get('table') else [contract.table, contract.table ~ 's'] + contract.aliases -%}
    {%- set names = sales_kpis.relation_names(contract.database, contract.schema) -%}
    {%- for candidate in candidates -%}
        {%- set found = [] -%}
        {%- for name in names if name == candidate -%}{%- do found.append(name) -%}{%- endfor -%}
        {%- for name in names if sales_kpis.plain_name(name) == sales_kpis.plain_name(candidate) -%}{%- do found.append(name) -%}{%- endfor -%}
        {%- if found -%}
            {{ return(api.Relation.create(database=contract.database, schema=contract.schema, identifier=found[0])) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# HubSpot's connectors put `property_` or `properties_` before a field's own name. #}
{% macro find_raw_column(raw_names, candidates) %}
    {%- for candidate in candidates -%}
        {%- set plain = sales_kpis.plain_name(candidate) -%}
        {%- for raw_name in raw_names if raw_name == candidate -%}{{ return(raw_name) }}{%- endfor -%}
        {%- for raw_name in raw_names if sales_kpis.plain_name(raw_name) == plain -%}{{ return(raw_name) }}{%- endfor -%}
        {%- for raw_name in raw_names if sales_kpis.plain_name(modules.re.sub('^(property|properties)_', '', raw_name | lower)) == plain -%}{{ return(raw_name) }}{%- endfor -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# Tables of a day each that make up one: `events_20250916` for the alias `events_*`. #}
{% macro find_daily_tables(contract, mapping) %}
    {%- set found = [] -%}
    {%- set candidates = [mapping.table] if mapping.get('table') else contract.aliases -%}
    {%- for candidate in candidates if candidate.endswith('_*') -%}
        {%- for name in sales_kpis.relation_names(contract.database, contract.schema) if modules.re.match('^' ~ candidate[:-1] ~ '[0-9]{8}$', name | lower) -%}
            {%- do found.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# Their rows together: a column that one of them lacks is null there. Fills in the columns' families and types. #}
{% macro united_tables_sql(contract, tables, raw_columns, raw_types) %}
    {%- set columns_of = {} -%}
    {%- for table in tables -%}
        {%- set relation = api.Relation.create(database=contract.database, schema=contract.schema, identifier=table) -%}
        {%- do columns_of.update({table: {'relation': relation, 'names': []}}) -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do columns_of[table].names.append(column.name) -%}
            {%- do raw_columns.setdefault(column.name, sales_kpis.type_family(column.data_type)) -%}
            {%- do raw_types.setdefault(column.name, column.data_type) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set selects = [] -%}
    {%- for table in columns_of.values() -%}
        {%- set cells = [] -%}
        {%- for name in raw_types -%}
            {%- do cells.append(adapter.quote(name) if name in table.names else 'cast(null as ' ~ raw_types[name] ~ ') as ' ~ adapter.quote(name)) -%}
        {%- endfor -%}
        {%- do selects.append('select ' ~ cells | join(', ') ~ ' from ' ~ table.relation) -%}
    {%- endfor -%}
    {{ return(selects | join(' union all ')) }}
{% endmacro %}

{#
    The part of a nested column that one of the paths names, none without such a column. `geo.country` is a field of a
    record, `event_params[page_location]` the value of a name in a list of pairs {key, value {string_value, int_value,
    float_value, double_value}}. `nested` collects the columns whose parts are wanted, so that each is opened once a row.
#}
{% macro find_nested_part(raw_columns, raw_types, paths, nested) %}
    {%- for path in paths -%}
        {%- set found = modules.re.match('^([^.\\[]+)(?:[.](.+)|\\[(.+)\\])$', path) -%}
        {%- set raw_name = sales_kpis.find_raw_column(raw_columns.keys() | list, [found.group(1)]) if found else none -%}
        {%- if raw_name is not none -%}
            {%- set kind = 'pairs' if found.group(3) else 'record' -%}
            {%- set opened = nested.setdefault(raw_name ~ ' as ' ~ kind, {'raw_name': raw_name, 'data_type': raw_types.get(raw_name, dbt.type_string()), 'kind': kind, 'alias': 'nested_' ~ (nested | length + 1)}) -%}
            {{ return({'path': path, 'kind': kind, 'field': found.group(3) or found.group(2), 'alias': opened.alias}) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# A small table written out in source_mapping, such as the stages of a process that no file carries. #}
{% macro inline_rows_sql(rows) %}
    {%- set selects = [] -%}
    {%- for row in rows -%}
        {%- set cells = [] -%}
        {%- for name in rows[0] -%}
            {%- set value = row.get(name) -%}
            {%- do cells.append(('cast(null as ' ~ dbt.type_string() ~ ')' if value is none else sales_kpis.text_literal(value)) ~ ' as ' ~ adapter.quote(name)) -%}
        {%- endfor -%}
        {%- do selects.append('select ' ~ cells | join(', ')) -%}
    {%- endfor -%}
    {{ return(selects | join(' union all ')) }}
{% endmacro %}
