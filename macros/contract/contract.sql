{#
    What `_<system>__sources.yml` declares for a table, as one dictionary; none inside a unit test, whose graph has no
    sources. Of a system with several instances it is the contract of one of them: the same columns in another schema.
#}
{% macro contract_of(system, table, instance=none) %}
    {%- set node = graph.get('sources', {}).get('source.sales_kpis.' ~ system ~ '.' ~ table) -%}
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
            'known': column_meta.get('known', []),
            'aliases': column_meta.get('aliases', []),
            'spellings': column_meta.get('aliases', []) + [column.name] if column_meta.get('aliases_first') else [column.name] + column_meta.get('aliases', []),
            'inside': column_meta.get('inside', []),
            'epoch': column_meta.get('epoch'),
        }) -%}
    {%- endfor -%}
    {%- do known_columns.update({node.unique_id: columns}) -%}
    {{ return({
        'system': system,
        'instance': instance,
        'source': system ~ '.' ~ instance if instance else system,
        'table': table,
        'database': node.database,
        'schema': sales_kpis.instances_of(system)[instance] if instance else node.schema,
        'is_required': meta.get('required', false),
        'required_with': meta.get('required_with'),
        'primary_key': meta['primary_key'],
        'freshness': node.config.get('freshness') or node.get('freshness') or {},
        'newest_by': meta.get('newest_by', node.source_meta.get('newest_by', [])),
        'aliases': meta.get('aliases', []),
        'is_written_by_people': node.source_meta.get('written_by') == 'people',
        'zone': var('reporting_time_zone') if node.source_meta.get('time_zone') == 'reporting' else 'UTC',
        'also_in': meta.get('also_in', []),
        'unpacked_from': meta.get('unpacked_from', []),
        'history_of': meta.get('history_of'),
        'epoch': node.source_meta.get('epoch'),
        'properties_column': node.source_meta.get('properties_column'),
        'never_fields': node.source_meta.get('never_fields', []),
        'columns': columns,
    }) }}
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
    {%- set contracts = [] -%}
    {%- for node in graph.get('sources', {}).values() if node.source_name == system and node.package_name == 'sales_kpis' -%}
        {%- do contracts.extend(sales_kpis.contracts_of_table(system, node.name)) -%}
    {%- endfor -%}
    {{ return(contracts) }}
{% endmacro %}

{#
    The instances of a system and the schema of each, as the variable system_instances names them; none of a system
    that is there once, in schema raw_<system>. A key then carries its instance: `salesforce:emea.0061x`.
#}
{% macro instances_of(system) %}{{ return((var('system_instances', {}) or {}).get(system) or {}) }}{% endmacro %}

{# Where the raw tables of a system are: one schema, or that of each instance. #}
{% macro schemas_of(system) %}{{ return(sales_kpis.instances_of(system).values() | list or ['raw_' ~ system]) }}{% endmacro %}

{#
    What source_mapping says of a table: for the instance, else for the system. `is_left_out` is true of a table that it
    leaves out: `lead: false`, or false, null or nothing as its `table` or `rows`.
#}
{% macro mapping_of(contract) %}
    {%- set mapping = var('source_mapping', {}) or {} -%}
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

{# The spelling that all spellings share: `StageName`, `stage_name`, `stage-name` and `STAGE_NAME` are `stagename`. #}
{% macro plain_name(name) %}{{ return(sales_kpis.plain_names([name])[0]) }}{% endmacro %}

{% macro plain_names(names) %}
    {{ return(names | map('lower') | map('replace', '_', '') | map('replace', '-', '') | map('replace', ' ', '') | list) }}
{% endmacro %}

{#
    What was delivered for a contract, looked up once in a dbt command: the relation (none: absent), under which names its columns were found, their
    types, and the errors that stop a build, each one sentence with table, column and what to do.
#}
{% macro delivery_of(contract) %}
    {%- set known_deliveries = graph.setdefault('sales_kpis_deliveries', {}) -%}
    {%- set label = contract.source ~ '.' ~ contract.table -%}
    {%- if label in known_deliveries -%}{{ return(known_deliveries[label]) }}{%- endif -%}
    {%- set mapping = sales_kpis.mapping_of(contract) -%}
    {%- set delivery = {'relation': none, 'found_as': none, 'raw_tables': [], 'columns': {}, 'nested': {}, 'errors': [], 'oddities': [], 'forms': {}, 'currency': none, 'zone': contract.zone, 'epoch': contract.epoch} -%}
    {%- set raw_columns = {} -%}
    {%- set raw_types = {} -%}

    {%- if mapping.get('is_left_out') -%}
        {%- if contract.is_required or sales_kpis.is_delivered(contract) -%}
            {%- do delivery.errors.append("source_mapping leaves out the table " ~ label ~ ", which is required: name it, or take " ~ (contract.required_with or 'the system') ~ " out, too.") -%}
        {%- endif -%}
        {#- What was delivered of it is known, and not looked for in vain. -#}
        {%- set left_out = sales_kpis.find_raw_name(contract, {}) -%}
        {%- if left_out is not none -%}{%- do delivery.raw_tables.append(left_out) -%}{%- endif -%}
    {%- elif mapping.get('rows') -%}
        {%- do delivery.update({'found_as': 'source_mapping', 'relation': '(' ~ sales_kpis.inline_rows_sql(mapping.rows) ~ ')'}) -%}
        {%- for name in mapping.rows[0] -%}{%- do raw_columns.update({name: 'text'}) -%}{%- endfor -%}
    {%- else -%}
        {%- set found = sales_kpis.delivered_rows(contract, mapping) -%}
        {%- if found is not none -%}
            {%- do delivery.update({'found_as': found.found_as, 'raw_tables': found.raw_tables, 'relation': found.relation}) -%}
            {%- do raw_columns.update(found.columns) -%}
            {%- do raw_types.update(found.get('types', {})) -%}
        {%- elif sales_kpis.find_daily_tables(contract, mapping) | length -%}
            {%- set tables = sales_kpis.find_daily_tables(contract, mapping) -%}
            {%- do delivery.update({'found_as': tables | join(', '), 'raw_tables': tables, 'relation': '(' ~ sales_kpis.united_tables_sql(contract, tables, raw_columns, raw_types) ~ ')'}) -%}
        {%- elif mapping.get('table') -%}
            {%- do delivery.errors.append("source_mapping names the table '" ~ mapping.table ~ "' for " ~ label ~ ", but schema " ~ contract.schema ~ " has none of that name: correct the name or deliver the table.") -%}
        {%- elif contract.is_required or sales_kpis.is_delivered(contract) -%}
            {%- do delivery.errors.append("Table " ~ label ~ " is required and schema " ~ contract.schema ~ " has none of the names " ~ ([contract.table] + contract.aliases) | join(', ') ~ ": deliver it, or name it in source_mapping (" ~ contract.source ~ ": {" ~ contract.table ~ ": {table: <its name>}}).") -%}
        {%- endif -%}
    {%- endif -%}

    {%- set declared_names = contract.columns | map(attribute='name') | list -%}
    {%- for name in mapping.get('columns', {}) if name not in declared_names -%}
        {%- do delivery.errors.append("source_mapping maps the column '" ~ name ~ "' of " ~ label ~ ", which the contract does not declare: use one of " ~ declared_names | join(', ') ~ ".") -%}
    {%- endfor -%}

    {%- for setting, known in {'number_format': ['decimal_point', 'decimal_comma'], 'date_order': ['day_first', 'month_first'], 'date_format': ['day_first', 'month_first']}.items() if mapping.get(setting) -%}
        {%- for said in (mapping[setting].values() if mapping[setting] is mapping else [mapping[setting]]) if said not in known -%}
            {%- do delivery.errors.append("source_mapping says " ~ setting ~ ": " ~ said ~ " of " ~ label ~ ": use " ~ known | join(' or ') ~ ".") -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set is_empty_file = raw_columns.keys() | reject('equalto', '_raw_table') | list == ['empty_file'] -%}
    {%- set lacking = [] -%}
    {%- for column in contract.columns -%}
        {%- set mapped_to = mapping.get('columns', {}).get(column.name) -%}
        {%- set is_left_out = column.name in mapping.get('columns', {}) and not mapped_to -%}
        {%- set found_value = {'raw_name': none, 'family': 'text'} if is_left_out else sales_kpis.find_raw_value(raw_columns, [mapped_to] if mapped_to else column.spellings, contract.properties_column, [] if mapped_to else contract.never_fields) -%}
        {%- set part = sales_kpis.find_nested_part(raw_columns, raw_types, [mapped_to] if mapped_to else column.inside, delivery.nested) if found_value.raw_name is none and not is_left_out else none -%}
        {%- if part -%}{%- do found_value.update({'raw_name': part.path, 'part': part}) -%}{%- endif -%}
        {%- set raw_name = found_value.raw_name -%}
        {%- do found_value.update({'is_mapped': mapped_to is not none}) -%}
        {%- do delivery.columns.update({column.name: found_value}) -%}
        {%- if raw_name is none and delivery.relation is not none and not is_empty_file -%}
            {%- if mapped_to -%}
                {%- do delivery.errors.append("source_mapping maps " ~ label ~ "." ~ column.name ~ " to '" ~ mapped_to ~ "', but raw table " ~ contract.schema ~ "." ~ delivery.found_as ~ " has no such column: use one of " ~ sales_kpis.shown_names(raw_columns.keys()) ~ ".") -%}
            {%- elif column.is_required -%}{%- do lacking.append(column.name) -%}{%- endif -%}
        {%- endif -%}
    {%- endfor -%}

    {%- for name in lacking -%}
        {%- set has = "raw table " ~ contract.schema ~ "." ~ delivery.found_as ~ " has no column of that name: map it in source_mapping (" ~ contract.source ~ ": {" ~ contract.table ~ ": {columns: {" ~ name ~ ": <its name>}}}); the table has " ~ sales_kpis.shown_names(raw_columns.keys()) ~ "." -%}
        {%- if sales_kpis.is_core(contract) -%}{%- do delivery.errors.append("Column " ~ label ~ "." ~ name ~ " is required and " ~ has) -%}
        {%- else -%}
            {%- do delivery.oddities.append({
                'system': contract.source, 'table': contract.table, 'column': name, 'kind': 'table that is not read', 'values': [], 'rows': none,
                'next_step': "Its KPIs are empty, because " ~ name ~ " is required and " ~ has ~ " Or leave the table out: " ~ contract.source ~ ": {" ~ contract.table ~ ": false}.",
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if delivery.oddities -%}
        {#- As if it had not been delivered, but known. -#}
        {%- do delivery.update({'relation': none, 'found_as': none, 'columns': {}, 'nested': {}}) -%}
        {%- for column in contract.columns -%}{%- do delivery.columns.update({column.name: {'raw_name': none, 'family': 'text', 'is_mapped': false}}) -%}{%- endfor -%}
    {%- endif -%}

    {%- if delivery.relation is not none and not delivery.errors -%}
        {%- do delivery.update({'currency': sales_kpis.currency_of_row(contract, delivery)}) -%}
        {%- if not mapping.get('rows') -%}{%- do delivery.update({'forms': sales_kpis.forms_of(contract, delivery, mapping)}) -%}{%- endif -%}
    {%- endif -%}
    {%- do known_deliveries.update({label: delivery}) -%}
    {{ return(delivery) }}
{% endmacro %}

{# Names from outside in a sentence: in one line, without what a terminal obeys, long ones cut. #}
{% macro shown_names(names) %}
    {%- set shown = [] -%}
    {%- for name in names -%}{%- do shown.append(modules.re.sub('[\x00-\x1f\x7f-\x9f]+', '?', name | string)[:300]) -%}{%- endfor -%}
    {{ return(shown | join(', ')) }}
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
    {{ return(mapping.get('rows') is not none or sales_kpis.find_raw_name(partner, mapping) is not none) }}
{% endmacro %}

{# Names of what the raw schema of a contract has, looked up once in a dbt command. #}
{% macro raw_names(contract) %}
    {%- set known = graph.setdefault('sales_kpis_raw_names', {}) -%}
    {%- if contract.schema not in known -%}
        {%- do known.update({contract.schema: sales_kpis.relation_names(contract.database, contract.schema)}) -%}
    {%- endif -%}
    {{ return(known[contract.schema]) }}
{% endmacro %}

{# The name of the raw table that a contract's table is. #}
{% macro find_raw_name(contract, mapping) %}
    {%- set candidates = [mapping.table] if mapping.get('table') else [contract.table, contract.table ~ 's'] + contract.aliases -%}
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

{# A raw table as a relation of dbt, whose `identifier` is the name as it stands between quotation marks. #}
{% macro raw_relation(contract, name) %}
    {{ return(api.Relation.create(database=contract.database, schema=contract.schema, identifier=sales_kpis.name_in_quotes(name))) }}
{% endmacro %}

{#
    HubSpot's connectors put `property_` or `properties_` before a field's own name. A portal may have fields with the
    names of the connector's own columns: what has no prefix goes first, unless HubSpot itself gave the field its name.
    `never_fields` are names of the connector's only, such as `archived`: a field of that name is the portal's own.
#}
{% macro find_raw_column(raw_names, candidates, never_fields=[]) %}
    {%- set spellings = sales_kpis.spellings_of(raw_names) -%}
    {%- for candidate in candidates -%}
        {%- set plain = sales_kpis.plain_name(candidate) -%}
        {%- if candidate in raw_names -%}{{ return(candidate) }}{%- endif -%}
        {%- if plain in spellings.plain -%}{{ return(spellings.plain[plain]) }}{%- endif -%}
        {%- if loop.first and candidate.startswith(('hs_', 'hubspot_', 'createdate')) and plain in spellings.bare -%}{{ return(spellings.bare[plain]) }}{%- endif -%}
    {%- endfor -%}
    {%- for candidate in sales_kpis.names_of_fields(candidates, never_fields) -%}
        {%- set plain = sales_kpis.plain_name(candidate) -%}
        {%- if plain in spellings.bare -%}{{ return(spellings.bare[plain]) }}{%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# The names under which a value may be among a record's fields: `id` and `deal_id` there are a portal's own where it has `hs_object_id`. #}
{% macro names_of_fields(candidates, never_fields=[]) %}
    {%- set first = ['hs_object_id'] if 'hs_object_id' in candidates else [] -%}
    {{ return(first + candidates | reject('in', first + never_fields) | list) }}
{% endmacro %}

{# The first raw name of each plain spelling, and of each without such a prefix; worked out once for a table. #}
{% macro spellings_of(raw_names) %}
    {%- set known = graph.setdefault('sales_kpis_spellings', {}) -%}
    {%- set label = raw_names | join('\n') -%}
    {%- if label not in known -%}
        {%- set spellings = {'plain': {}, 'bare': {}} -%}
        {%- for raw_name in raw_names -%}
            {%- do spellings.plain.setdefault(sales_kpis.plain_name(raw_name), raw_name) -%}
            {%- set field = modules.re.sub('^(property|properties)_', '', raw_name | lower) -%}
            {%- if field != raw_name | lower -%}{%- do spellings.bare.setdefault(sales_kpis.plain_name(field), raw_name) -%}{%- endif -%}
        {%- endfor -%}
        {%- do known.update({label: spellings}) -%}
    {%- endif -%}
    {{ return(known[label]) }}
{% endmacro %}

{# Tables of a day each that make up one: `events_20250916` for the alias `events_*`. #}
{% macro find_daily_tables(contract, mapping) %}
    {%- set found = [] -%}
    {%- set candidates = [mapping.table] if mapping.get('table') else contract.aliases -%}
    {%- for candidate in candidates if candidate.endswith('_*') -%}
        {%- for name in sales_kpis.raw_names(contract) if modules.re.match(modules.re.escape(candidate[:-1]) ~ '[0-9]{8}$', name | lower) -%}
            {%- do found.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# Their rows together: a column that one of them lacks is null there. Fills in the columns' families and types. #}
{% macro united_tables_sql(contract, tables, raw_columns, raw_types) %}
    {%- set columns_of = {} -%}
    {%- for table in tables -%}
        {%- set relation = sales_kpis.raw_relation(contract, table) -%}
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
            {%- do cells.append(sales_kpis.quoted_name(name) if name in table.names else 'cast(null as ' ~ raw_types[name] ~ ') as ' ~ sales_kpis.quoted_name(name)) -%}
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
            {%- do cells.append(('cast(null as ' ~ dbt.type_string() ~ ')' if value is none else sales_kpis.text_literal(value)) ~ ' as ' ~ sales_kpis.quoted_name(name)) -%}
        {%- endfor -%}
        {%- do selects.append('select ' ~ cells | join(', ')) -%}
    {%- endfor -%}
    {{ return(selects | join(' union all ')) }}
{% endmacro %}
