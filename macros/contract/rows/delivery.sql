{#
    The delivery for a contract, looked up once in a dbt command: the relation (none: absent), under which names its
    columns were found, their types and written forms, and the errors that stop a build, each one sentence with table,
    column and what to do.
#}
{% macro delivery_of(contract) %}
    {%- set known_deliveries = graph.setdefault('sales_kpis_deliveries', {}) -%}
    {%- set label = contract.source ~ '.' ~ contract.table -%}
    {%- if label in known_deliveries -%}{{ return(known_deliveries[label]) }}{%- endif -%}
    {%- set mapping = sales_kpis.mapping_of(contract) -%}
    {%- set faults = sales_kpis.wrong_mapping(contract, mapping) -%}
    {%- set delivered = sales_kpis.delivered_table(contract, mapping if not faults else dict(mapping, query=none)) -%}
    {%- set made = sales_kpis.made_columns(contract, sales_kpis.without_faulty_columns(mapping), delivered) -%}
    {%- set mapping = made.mapping -%}
    {%- set delivery = dict(dict(delivered, **made.delivered), raw_names=delivered.raw_columns.keys() | reject('equalto', '_raw_table') | list, columns={}, nested={}, findings=[], forms={}, currency=none, zone=contract.zone, epoch=contract.epoch) -%}
    {%- do delivery.errors.extend(faults) -%}
    {%- do delivery.columns.update(sales_kpis.find_columns(contract, mapping, delivery)) -%}
    {%- do sales_kpis.tell_lacking_columns(contract, mapping, delivery) -%}
    {%- if delivery.findings -%}
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

{# Where the rows of a table are: {relation, found_as, raw_tables, raw_columns (name: family), raw_types, errors}. #}
{% macro delivered_table(contract, mapping) %}
    {%- set delivered = {'relation': none, 'found_as': none, 'raw_tables': [], 'raw_columns': {}, 'raw_types': {}, 'errors': []} -%}
    {%- set label = contract.source ~ '.' ~ contract.table -%}
    {%- if mapping.get('is_left_out') -%}
        {%- if contract.is_required or sales_kpis.is_wanted(contract) -%}
            {%- do delivered.errors.append("source_mapping leaves out the table " ~ label ~ ", which is required: name it, or take " ~ (contract.required_with or 'the system') ~ " out, too.") -%}
        {%- endif -%}
        {#- Its delivery is known, and not looked for in vain. -#}
        {%- set left_out = sales_kpis.find_raw_name(contract, {}) -%}
        {{ return(dict(delivered, raw_tables=[left_out] if left_out is not none else [])) }}
    {%- elif mapping.get('rows') -%}
        {{ return(dict(delivered, found_as='source_mapping', relation='(' ~ sales_kpis.inline_rows_sql(mapping.rows) ~ ')', raw_columns=dict.fromkeys(mapping.rows[0], 'text'))) }}
    {%- endif -%}
    {%- set found = sales_kpis.queried_rows(contract, mapping) if mapping.get('query') else sales_kpis.delivered_rows(contract, mapping) -%}
    {%- if found is not none -%}{{ return(dict(delivered, **found)) }}{%- endif -%}
    {%- set tables = sales_kpis.find_daily_tables(contract, mapping) -%}
    {%- if tables -%}
        {{ return(dict(delivered, found_as=tables | join(', '), raw_tables=tables, **sales_kpis.united_tables(contract, tables))) }}
    {%- elif mapping.get('table') -%}
        {%- for name in sales_kpis.named_tables(mapping) if sales_kpis.find_raw_name(contract, {'table': name}) is none -%}
            {%- do delivered.errors.append("source_mapping names the table '" ~ name ~ "' for " ~ label ~ ", but schema " ~ contract.schema ~ " has none of that name: correct the name or deliver the table.") -%}
        {%- endfor -%}
    {%- elif contract.is_required or sales_kpis.is_wanted(contract) -%}
        {%- do delivered.errors.append("Table " ~ label ~ " is required and schema " ~ contract.schema ~ " has none of the names " ~ ([contract.table] + contract.aliases) | join(', ') ~ ": deliver it, or name it in source_mapping (" ~ contract.source ~ ": {" ~ contract.table ~ ": {table: <its name>}}).") -%}
    {%- endif -%}
    {{ return(delivered) }}
{% endmacro %}

{# Whether a table's partner is there and does not tell itself what the table would: a deal's status, what its stage means. #}
{% macro is_wanted(contract) %}
    {%- if not sales_kpis.is_delivered(contract) -%}{{ return(false) }}{%- endif -%}
    {%- if not contract.told_by -%}{{ return(true) }}{%- endif -%}
    {%- set partner = sales_kpis.delivery_of(sales_kpis.contract_of(contract.system, contract.required_with, contract.instance)) -%}
    {%- set found = sales_kpis.found_columns(partner) -%}
    {%- for names in contract.told_by if names | reject('in', found) | list == [] -%}{{ return(false) }}{%- endfor -%}
    {{ return(true) }}
{% endmacro %}

{# Words of source_mapping on a table that cannot be meant: columns that it does not have, and formats that there are not. #}
{% macro wrong_mapping(contract, mapping) %}
    {%- set errors, label = [], contract.source ~ '.' ~ contract.table -%}
    {%- set declared_names = contract.columns | map(attribute='name') | list -%}
    {%- for name in mapping.get('columns', {}) if name not in declared_names -%}
        {%- do errors.append("source_mapping maps the column '" ~ name ~ "' of " ~ label ~ ", which the contract does not declare: use one of " ~ declared_names | join(', ') ~ ".") -%}
    {%- endfor -%}
    {%- for setting, known in {'number_format': ['decimal_point', 'decimal_comma'], 'date_order': ['day_first', 'month_first'], 'date_format': ['day_first', 'month_first']}.items() if mapping.get(setting) -%}
        {%- for said in (mapping[setting].values() if mapping[setting] is mapping else [mapping[setting]]) if said not in known -%}
            {%- do errors.append("source_mapping says " ~ setting ~ ": " ~ said ~ " of " ~ label ~ ": use " ~ known | join(' or ') ~ ".") -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(errors + sales_kpis.faults_of_mapping(label, mapping)) }}
{% endmacro %}

{#
    Adds what a delivered table lacks to the delivery: an error for a column that source_mapping names, and for a required
    one of a table that the numbers cannot do without; of any other table a finding, and it is not read.
#}
{% macro tell_lacking_columns(contract, mapping, delivery) %}
    {%- set label, lacking = contract.source ~ '.' ~ contract.table, [] -%}
    {%- set is_empty_file = delivery.raw_names == ['empty_file'] -%}
    {%- if delivery.relation is none or is_empty_file -%}{{ return('') }}{%- endif -%}
    {%- for column in contract.columns if delivery.columns[column.name].raw_name is none -%}
        {%- set mapped_to = mapping.get('columns', {}).get(column.name) -%}
        {%- if mapped_to -%}
            {%- do delivery.errors.append("source_mapping maps " ~ label ~ "." ~ column.name ~ " to '" ~ mapped_to ~ "', but raw table " ~ contract.schema ~ "." ~ delivery.found_as ~ " has no such column: use one of " ~ sales_kpis.shown_names(delivery.raw_names) ~ ".") -%}
        {%- elif column.is_required -%}{%- do lacking.append(column.name) -%}{%- endif -%}
    {%- endfor -%}
    {%- for name in lacking -%}
        {%- set has = "raw table " ~ contract.schema ~ "." ~ delivery.found_as ~ " has no column of that name: map it in source_mapping (" ~ contract.source ~ ": {" ~ contract.table ~ ": {columns: {" ~ name ~ ": <its name>}}}); the table has " ~ sales_kpis.shown_names(delivery.raw_names) ~ "." -%}
        {%- if sales_kpis.is_core(contract) -%}{%- do delivery.errors.append("Column " ~ label ~ "." ~ name ~ " is required and " ~ has) -%}
        {%- else -%}
            {%- do delivery.findings.append(sales_kpis.finding('lacking_column', contract, name, has=has)) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{# The forms of a table for a staging model: those of the first of the system's instances that has any. #}
{% macro forms_of_table(system, table) %}
    {%- for contract in sales_kpis.contracts_of_table(system, table) if execute -%}
        {%- set forms = sales_kpis.delivery_of(contract).forms -%}
        {%- if forms -%}{{ return(forms) }}{%- endif -%}
    {%- endfor -%}
    {{ return({}) }}
{% endmacro %}

{# A fact for the report of check_sources: its kind, where it is, and what its words need (sales_kpis/source_findings.py). #}
{% macro finding(kind, contract, column=none) %}{{ return(dict(kwargs, kind=kind, system=contract.source, table=contract.table, column=column)) }}{% endmacro %}
