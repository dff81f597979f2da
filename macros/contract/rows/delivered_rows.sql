{#
    Where the rows of a table of the contract are, in this order:
    - the raw tables that source_mapping lists, if it lists several;
    - the raw table of its name, its plural or an alias, and with it the tables of `also_in` (Airbyte puts archived deals
      into `deals_archived`), whose name stands in `_raw_table`;
    - `unpacked_from`: a list in a column of other tables of the contract, one row per item (Airbyte gives a deal's
      companies as `["1","2"]`, and a pipeline's stages as a list of objects). The column that `times` names says how
      often the list has the item.
    Returns relation (a query or table), found_as, raw_tables, raw_columns (name: family) and, of one table, raw_types
    (name: data type); none if there is nothing.
#}
{% macro delivered_rows(contract, mapping) %}
    {%- if sales_kpis.named_tables(mapping) | length > 1 -%}{{ return(sales_kpis.several_tables(contract, mapping)) }}{%- endif -%}
    {%- set raw_tables = [] -%}
    {%- set main = sales_kpis.find_raw_name(contract, mapping) -%}
    {%- if main is not none -%}{%- do raw_tables.append(main) -%}{%- endif -%}
    {%- for name in contract.get('also_in', []) -%}
        {%- set other = sales_kpis.find_raw_name(contract, {'table': name}) -%}
        {%- if other is not none -%}{%- do raw_tables.append(other) -%}{%- endif -%}
    {%- endfor -%}
    {%- if not raw_tables -%}{{ return(sales_kpis.unpacked_rows(contract)) }}{%- endif -%}
    {%- set found = {'found_as': raw_tables | join(', '), 'raw_tables': raw_tables} -%}
    {%- if not contract.get('also_in') -%}
        {%- set types = sales_kpis.raw_types(contract, main) -%}
        {%- do found.update({'relation': sales_kpis.raw_relation(contract, main) | string, 'raw_columns': sales_kpis.families_of(types), 'raw_types': types}) -%}
    {%- else -%}
        {%- do found.update(sales_kpis.stacked_tables(contract, raw_tables)) -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{# The rows of the tables that source_mapping lists for one table, such as the files of several years. #}
{% macro several_tables(contract, mapping) %}
    {%- set raw_tables, lacking = [], [] -%}
    {%- for name in sales_kpis.named_tables(mapping) -%}
        {%- set found = sales_kpis.find_raw_name(contract, {'table': name}) -%}
        {%- do (raw_tables if found is not none else lacking).append(found if found is not none else name) -%}
    {%- endfor -%}
    {%- if lacking -%}{{ return(none) }}{%- endif -%}
    {{ return(dict(sales_kpis.stacked_tables(contract, raw_tables), found_as=raw_tables | join(', '), raw_tables=raw_tables)) }}
{% endmacro %}

{# The family of each column by its type; a table has few types, and each is asked for once. #}
{% macro families_of(types) %}
    {%- set families, known = {}, {} -%}
    {%- for name, type in types.items() -%}
        {%- if type not in known -%}{%- do known.update({type: sales_kpis.type_family(type)}) -%}{%- endif -%}
        {%- do families.update({name: known[type]}) -%}
    {%- endfor -%}
    {{ return(families) }}
{% endmacro %}

{# Several raw tables as one; a column that has another type in one of them is text. #}
{% macro stacked_tables(contract, raw_tables) %}
    {%- set columns_of, types = {}, {} -%}
    {%- for raw_table in raw_tables -%}
        {%- set own = {} -%}
        {%- for name, type in sales_kpis.raw_types(contract, raw_table).items() -%}
            {%- do own.update({name | lower: {'name': name, 'data_type': type}}) -%}
            {%- do types.update({name | lower: type if types.get(name | lower, type) == type else dbt.type_string()}) -%}
        {%- endfor -%}
        {%- do columns_of.update({raw_table: own}) -%}
    {%- endfor -%}
    {%- set queries = [] -%}
    {%- for raw_table in raw_tables -%}
        {%- set cells = [] -%}
        {%- for name, type in types.items() -%}
            {%- set column = columns_of[raw_table].get(name) -%}
            {%- if column is none -%}{%- set cell = 'cast(null as ' ~ type ~ ')' -%}
            {%- elif column.data_type == type -%}{%- set cell = sales_kpis.quoted_name(column.name) -%}
            {%- elif sales_kpis.type_family(column.data_type) == 'other' -%}{%- set cell = sales_kpis.as_json(sales_kpis.quoted_name(column.name), 'other') -%}
            {%- else -%}{%- set cell = sales_kpis.read_text(sales_kpis.quoted_name(column.name), sales_kpis.type_family(column.data_type)) -%}{%- endif -%}
            {%- do cells.append(cell ~ ' as ' ~ sales_kpis.quoted_name(name)) -%}
        {%- endfor -%}
        {%- do queries.append('select ' ~ cells | join(', ') ~ ', ' ~ sales_kpis.text_literal(raw_table) ~ ' as _raw_table from ' ~ sales_kpis.raw_relation(contract, raw_table)) -%}
    {%- endfor -%}
    {{ return({'relation': '(' ~ queries | join(' union all ') ~ ')', 'raw_columns': dict(sales_kpis.families_of(types), _raw_table='text')}) }}
{% endmacro %}

{# The rows of several tables alike together, {relation, raw_columns, raw_types}: a column that one of them lacks is null there. #}
{% macro united_tables(contract, tables) %}
    {%- set names_of, types, selects = {}, {}, [] -%}
    {%- for table in tables -%}
        {%- for name, type in sales_kpis.raw_types(contract, table).items() -%}
            {%- do names_of.setdefault(table, []).append(name) -%}
            {%- do types.setdefault(name, type) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for table in tables -%}
        {%- set cells = [] -%}
        {%- for name in types -%}
            {%- do cells.append(sales_kpis.quoted_name(name) if name in names_of[table] else 'cast(null as ' ~ types[name] ~ ') as ' ~ sales_kpis.quoted_name(name)) -%}
        {%- endfor -%}
        {%- do selects.append('select ' ~ cells | join(', ') ~ ' from ' ~ sales_kpis.raw_relation(contract, table)) -%}
    {%- endfor -%}
    {{ return({'relation': '(' ~ selects | join(' union all ') ~ ')', 'raw_columns': sales_kpis.families_of(types), 'raw_types': types}) }}
{% endmacro %}

{# The items of the lists that `unpacked_from` names, of the newest row of each parent; every value is text. #}
{% macro unpacked_rows(contract) %}
    {%- set queries, places = [], [] -%}
    {%- for list in contract.get('unpacked_from', []) -%}
        {%- set own = sales_kpis.contract_of(contract.system, list.table, contract.instance) -%}
        {%- set delivery = sales_kpis.delivery_of(own) -%}
        {#- The ids get the name of their instance when the items are read as rows of their own table. -#}
        {%- set parent = dict(own, instance=none) -%}
        {%- if delivery.relation is not none and not delivery.errors and delivery.columns[list.column].raw_name is not none -%}
            {%- set cells = [] -%}
            {%- for name, parent_column in list.parent.items() -%}{%- do cells.append('items.' ~ parent_column ~ ' as ' ~ name) -%}{%- endfor -%}
            {%- if list.get('item') -%}{%- do cells.append(sales_kpis.text_of_item('items.item') ~ ' as ' ~ list.item) -%}{%- endif -%}
            {%- if list.get('times') -%}{%- do cells.append('cast(count(*) over (partition by items.' ~ list.parent.values() | join(', items.') ~ ', ' ~ sales_kpis.text_of_item('items.item') ~ ') as ' ~ dbt.type_string() ~ ') as ' ~ list.times) -%}{%- endif -%}
            {%- for name, paths in list.get('fields', {}).items() -%}
                {%- set fields = [] -%}
                {%- for path in ([paths] if paths is string else paths) -%}{%- do fields.append(sales_kpis.text_of_item('items.item', path)) -%}{%- endfor -%}
                {%- do cells.append('coalesce(' ~ fields | join(', ') ~ ', null) as ' ~ name) -%}
            {%- endfor -%}
            {%- do queries.append('select ' ~ cells | join(', ') ~ ' from (select ' ~ list.parent.values() | join(', ') ~ ', ' ~ sales_kpis.items_of_json(list.column)
                ~ ' as item from (' ~ sales_kpis.newest_rows_sql(parent, delivery) ~ ') as parents) as items') -%}
            {%- do places.append({'found_as': delivery.found_as ~ '.' ~ delivery.columns[list.column].raw_name, 'names': list.parent.keys() | list + ([list.item] if list.get('item') else []) + ([list.times] if list.get('times') else []) + list.get('fields', {}).keys() | list}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not queries -%}{{ return(none) }}{%- endif -%}
    {{ return({'relation': '(' ~ queries | join(' union all ') ~ ')', 'found_as': places | map(attribute='found_as') | join(', '), 'raw_columns': dict.fromkeys(places[0]['names'], 'text')}) }}
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
