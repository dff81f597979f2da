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

{# The forms of a table for a staging model: those of the first of the system's instances that has any. #}
{% macro forms_of_table(system, table) %}
    {%- for contract in sales_kpis.contracts_of_table(system, table) if execute -%}
        {%- set forms = sales_kpis.delivery_of(contract).forms -%}
        {%- if forms -%}{{ return(forms) }}{%- endif -%}
    {%- endfor -%}
    {{ return({}) }}
{% endmacro %}
