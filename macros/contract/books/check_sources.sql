{#
    The deliveries of each system in use against its contract, without a build: `dbt run-operation check_sources` lands the
    files and logs one line, `CHECK_SOURCES` and JSON, that `kpis check-sources` shows. It reads with the same macros as
    the staging models, so what it says is what a build will do. With `is_build_next` the next command of the process, a
    build into the same database, takes what was landed and looked up here.
#}
{% macro check_sources(is_build_next=false) %}
    {%- do sales_kpis.require_pseudonym_salt() -%}
    {%- do sales_kpis.land_raw_files() -%}
    {%- set result = {'tables': [], 'oddities': [], 'errors': []} -%}
    {%- for error in sales_kpis.mapping_errors() -%}{%- do result.errors.append(error) -%}{%- endfor -%}
    {%- for system in sales_kpis.systems_in_use() -%}
        {%- set found_tables = [] -%}
        {%- for contract in sales_kpis.contracts_of(system) -%}
            {%- set delivery = sales_kpis.delivery_of(contract) -%}
            {%- do result.errors.extend(delivery.errors) -%}
            {%- do result.oddities.extend(delivery.oddities) -%}
            {%- for raw_table in delivery.raw_tables -%}{%- do found_tables.append(contract.schema ~ '.' ~ raw_table) -%}{%- endfor -%}
            {%- do result.tables.append(sales_kpis.table_findings(contract, delivery)) -%}
            {%- if delivery.relation is not none and not delivery.errors -%}
                {%- do result.errors.extend(sales_kpis.unreadable_columns(contract, delivery, result.tables[-1])) -%}
                {%- set conflict = sales_kpis.conflicting_keys(contract, delivery, result.tables[-1]) -%}
                {%- if conflict.is_error -%}{%- do result.errors.append(conflict.sentence) -%}{%- elif conflict.sentence -%}{%- do result.oddities.append(conflict.oddity) -%}{%- endif -%}
                {%- do result.oddities.extend(sales_kpis.table_oddities(contract, delivery, result.tables[-1])) -%}
                {%- if contract.table == 'subscription' -%}{%- do result.oddities.extend(sales_kpis.ends_of_periods(contract, delivery)) -%}{%- endif -%}
                {%- set history = sales_kpis.history_findings(contract, delivery) -%}
                {%- do result.errors.extend(history.errors) -%}{%- do result.oddities.extend(history.oddities) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if not found_tables and not result.tables | selectattr('system', 'in', sales_kpis.sources_of(system)) | selectattr('found_as') | list -%}
            {%- do result.errors.append("System " ~ system ~ " is in use and none of its tables was delivered: schema " ~ sales_kpis.schemas_of(system) | join(', ') ~ " needs one of " ~ sales_kpis.contracts_of(system) | map(attribute='table') | unique | join(', ') ~ ", as files " ~ (var('raw_path') or '<raw_path>') ~ "/" ~ system ~ "/<table>.csv, .parquet or .json; or take the system out of `systems`.") -%}
        {%- endif -%}
        {%- for contract in sales_kpis.contracts_of_table(system, sales_kpis.contracts_of(system)[0].table) -%}
            {%- for name in sales_kpis.raw_names(contract) if contract.schema ~ '.' ~ name not in found_tables and name not in sales_kpis.unread_tables(system) -%}
                {%- do result.oddities.append({
                    'system': contract.source, 'table': name, 'column': none, 'kind': 'table that no contract reads', 'values': [], 'rows': none,
                    'next_step': "If it holds data of a table above, name it in source_mapping (" ~ contract.source ~ ": {<table>: {table: " ~ sales_kpis.shown_names([name]) ~ "}}).",
                }) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for file in graph.get('sales_kpis_unread_files', []) -%}
        {%- do result.oddities.append({
            'system': modules.re.sub('^raw_', '', file.schema), 'table': file.name, 'column': none, 'kind': 'file that is not read', 'values': [], 'rows': none, 'next_step': file.next_step,
        }) -%}
    {%- endfor -%}
    {%- set currencies = sales_kpis.currency_findings() -%}
    {%- do result.errors.extend(currencies.errors) -%}{%- do result.oddities.extend(currencies.oddities) -%}
    {%- if is_build_next -%}{%- do graph.update({'sales_kpis_is_landed_for_build': true}) -%}{%- endif -%}
    {%- do log('CHECK_SOURCES ' ~ tojson(result), info=true) -%}
{% endmacro %}

{# Entries of source_mapping that name no system or table of a contract. #}
{% macro mapping_errors() %}
    {%- set errors = [] -%}
    {%- for system, tables in (var('source_mapping', {}) or {}).items() if system.split('.')[0] in sales_kpis.systems_in_use() -%}
        {%- set known = sales_kpis.contracts_of(system.split('.')[0]) | map(attribute='table') | list -%}
        {%- for table in tables if table not in known -%}
            {%- do errors.append("source_mapping names the table " ~ system ~ "." ~ table ~ ", which the contract does not have: use one of " ~ known | join(', ') ~ ".") -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(errors) }}
{% endmacro %}

{# Counts of one delivered table and of each of its columns. #}
{% macro table_findings(contract, delivery) %}
    {%- set finding = {
        'system': contract.source, 'table': contract.table, 'found_as': delivery.found_as, 'is_required': contract.is_required,
        'rows': none, 'duplicate_rows': none, 'rejected_rows': none, 'newest_row': none, 'columns': [],
        'warn_after': contract.freshness.get('warn_after'),
    } -%}
    {%- set counts = {} -%}
    {%- if delivery.relation is not none and not delivery.errors -%}
        {%- do counts.update(run_query(sales_kpis.findings_sql(contract, delivery))[0].dict()) -%}
        {%- do finding.update({'rows': counts.raw_rows | int, 'duplicate_rows': counts.duplicate_rows | int, 'rejected_rows': counts.rejected_rows | int, 'newest_row': counts.newest_row}) -%}
    {%- endif -%}
    {%- for column in contract.columns -%}
        {%- set found = delivery.columns[column.name] -%}
        {%- set example = counts.get('example_' ~ loop.index) -%}
        {#- A column that was not delivered is missing in every row; one that every value can be read of is not counted. -#}
        {%- do finding.columns.append({
            'name': column.name, 'found_as': found.raw_name, 'is_required': column.is_required, 'data_type': column.type,
            'is_mapped': found.is_mapped,
            'missing_values': counts.get('missing_' ~ loop.index, counts.raw_rows) | int if counts else none,
            'unreadable_values': counts.get('unreadable_' ~ loop.index, 0) | int if counts else none,
            'examples': [sales_kpis.shown_without_person(column, example), sales_kpis.shown_without_person(column, counts.get('last_example_' ~ loop.index))] | unique | list if example is not none and not column.is_pii else [],
        }) -%}
    {%- endfor -%}
    {{ return(finding) }}
{% endmacro %}

{#
    The columns of which too large a part cannot be read (`max_unreadable_share` of the values that are not blank), and the
    numbers that can be read in two ways: a sentence each, because such a column would count as nothing, or as another.
#}
{% macro unreadable_columns(contract, delivery, finding) %}
    {%- set errors = [] -%}
    {%- for column in contract.columns -%}
        {%- set found, form = finding.columns[loop.index0], delivery.forms.get(column.name, {}) -%}
        {%- set values = (finding.rows or 0) - (found.missing_values or 0) -%}
        {%- if form.get('ambiguous') -%}{%- do errors.append(sales_kpis.undecided_number_error(contract, column, form)) -%}
        {%- elif found.unreadable_values and found.unreadable_values > var('max_unreadable_share') | float * values -%}
            {%- do errors.append(sales_kpis.unreadable_column_error(contract, column, found, values)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(errors) }}
{% endmacro %}

{# Rows that share a key and differ, while nothing says which is newer: an error above a hundredth of the rows. #}
{% macro conflicting_keys(contract, delivery, finding) %}
    {%- if not finding.duplicate_rows or sales_kpis.tells_the_newest(contract, delivery) -%}{{ return({}) }}{%- endif -%}
    {%- set rows = sales_kpis.read_rows_sql(contract, delivery) -%}
    {%- set count = run_query('select ' ~ sales_kpis.count_conflicting_rows(contract, delivery) ~ ' from (' ~ rows ~ ') as read_rows')[0][0] | int -%}
    {%- if not count -%}{{ return({}) }}{%- endif -%}
    {%- set names, cells, differs = [], [], [] -%}
    {%- for column in contract.columns if column.type != 'nested' and delivery.columns[column.name].raw_name is not none and column.name not in contract.primary_key -%}
        {%- do names.append(column.name) -%}
        {%- do cells.append('count(distinct ' ~ column.name ~ ') as count_' ~ loop.index0) -%}
        {%- do differs.append('max(count_' ~ loop.index0 ~ ')') -%}
    {%- endfor -%}
    {%- set differing = [] -%}
    {%- if names -%}
        {%- set most = run_query('select ' ~ differs | join(', ') ~ ' from (select ' ~ cells | join(', ') ~ ' from (' ~ rows ~ ') as read_rows where not is_row_rejected group by ' ~ contract.primary_key | join(', ') ~ ') as keys')[0] -%}
        {%- for name in names -%}{%- if (most[loop.index0] or 0) | int > 1 -%}{%- do differing.append(name) -%}{%- endif -%}{%- endfor -%}
    {%- endif -%}
    {%- set raw_keys = [] -%}
    {%- for name in contract.primary_key -%}{%- do raw_keys.append("'" ~ sales_kpis.shown_names([delivery.columns[name].raw_name or name]) ~ "'") -%}{%- endfor -%}
    {%- set key = contract.primary_key | join(', ') -%}
    {%- set label = contract.source ~ '.' ~ contract.table -%}
    {%- set next_step = "is " ~ raw_keys | join(', ') ~ " the key of the table? Map the column that is in source_mapping (" ~ contract.source ~ ": {" ~ contract.table ~ ": {columns: {" ~ contract.primary_key[0] ~ ": <its name>}}})"
        ~ (", or deliver " ~ contract.newest_by | reject('in', ['not is_deleted']) | first ~ ", which says what is newer" if contract.newest_by else '') ~ "." -%}
    {%- set fact = count ~ " rows of " ~ label ~ " share a key (" ~ key ~ ") with another row and differ from it" ~ (" in " ~ differing | join(', ') if differing else '') -%}
    {{ return({
        'is_error': count > 0.01 * finding.rows, 'sentence': fact ~ ': ' ~ next_step,
        'oddity': {'system': contract.source, 'table': contract.table, 'column': contract.primary_key[0], 'kind': 'keys of different rows', 'values': [], 'rows': count, 'next_step': (fact ~ ': ' ~ next_step)},
    }) }}
{% endmacro %}

{# All counts of a delivered table, of one scan that reads each value once. #}
{% macro findings_sql(contract, delivery) %}
    {%- set cells, counts, moments, as_text = [], [], [], sales_kpis.as_text(':value:') -%}
    {%- for column in contract.columns -%}
        {%- set raw, found = 'raw_rows.' ~ column.name, delivery.columns[column.name] -%}
        {%- if found.raw_name is not none -%}
            {%- do cells.append(raw ~ ' is null as is_missing_' ~ loop.index) -%}
            {%- do counts.append('count(case when is_missing_' ~ loop.index ~ ' then 1 end) as missing_' ~ loop.index) -%}
            {%- if column.type != 'text' or found.family != 'text' -%}
                {%- do cells.append(as_text.replace(':value:', raw) ~ ' as raw_' ~ loop.index) -%}
                {%- do cells.append(sales_kpis.read_value(column, delivery) ~ ' as read_' ~ loop.index) -%}
                {%- set is_unreadable = 'not is_missing_' ~ loop.index ~ ' and read_' ~ loop.index ~ ' is null' -%}
                {%- do counts.append('count(case when ' ~ is_unreadable ~ ' then 1 end) as unreadable_' ~ loop.index) -%}
                {%- do counts.append('min(case when ' ~ is_unreadable ~ ' then raw_' ~ loop.index ~ ' end) as example_' ~ loop.index) -%}
                {%- do counts.append('max(case when ' ~ is_unreadable ~ ' then raw_' ~ loop.index ~ ' end) as last_example_' ~ loop.index) -%}
                {%- if column.type == 'timestamp' -%}{%- do moments.append('max(read_' ~ loop.index ~ ')') -%}{%- endif -%}
            {%- endif -%}
        {%- endif -%}
        {%- if column.name in contract.primary_key -%}
            {%- do cells.append(sales_kpis.read_value_of_instance(column, contract, delivery) ~ ' as ' ~ column.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set newest = moments[0] if moments | length == 1 else 'greatest(' ~ moments | join(', ') ~ ')' if moments else 'null' %}
select
    cast(count(*) as bigint) as raw_rows,
    {{ sales_kpis.count_duplicate_rows(contract) }} as duplicate_rows,
    cast(count(case when is_row_rejected then 1 end) as bigint) as rejected_rows,
    {{ sales_kpis.as_text(newest) }} as newest_row{% for count in counts %},
    {{ count }}{% endfor %}
from (
    select
        {% for cell in cells -%}
        {{ cell }},
        {% endfor -%}
        {{ sales_kpis.is_row_rejected_sql(contract, delivery) }} as is_row_rejected
    from ({{ sales_kpis.raw_rows_sql(contract, delivery) }}) as raw_rows
) as read_rows
{%- endmacro %}

{#
    Oddities in the columns of a table that can be read: blanks where a KPI wants a value, ids that the table they
    name does not have, and values that no mapping seed knows. The contract says which columns these are (`expected`,
    `references`, `mapped_by`).
#}
{% macro table_oddities(contract, delivery, finding) %}
    {%- set oddities = [] -%}
    {%- set columns = contract.columns | selectattr('name', 'in', sales_kpis.found_columns(delivery)) | list -%}
    {%- set unknown_values = sales_kpis.unknown_values(contract, delivery, columns) -%}
    {%- for column in columns -%}
        {%- set missing = (finding.columns | selectattr('name', 'equalto', column.name) | first).missing_values -%}
        {%- if missing and column.is_expected -%}
            {%- do oddities.append({
                'system': contract.source, 'table': contract.table, 'column': column.name, 'kind': 'blank', 'values': [], 'rows': missing,
                'next_step': "They count under '(none)', or not at all where a KPI needs the value.",
            }) -%}
        {%- endif -%}
        {%- set unknown = unknown_values.get(column.name) -%}
        {%- if unknown -%}
            {%- set examples = (unknown.counts.keys() | list)[:10] -%}
            {%- set similar = [] -%}
            {%- if column.references -%}
                {%- set known_rows = run_query('select distinct known_value from (' ~ unknown.known ~ ') as known_values order by known_value limit 2000').rows -%}
                {%- set plain_known, plain_examples = sales_kpis.plain_names(known_rows | map(attribute=0)), dict(zip(examples, sales_kpis.plain_names(examples))) -%}
                {%- for row in known_rows -%}
                    {%- set known_value = plain_known[loop.index0] -%}
                    {%- for example in examples if row[0] is not none and known_value == plain_examples[example] -%}
                        {%- do similar.append("'" ~ example ~ "' looks like '" ~ row[0] ~ "'") -%}
                    {%- endfor -%}
                {%- endfor -%}
            {%- endif -%}
            {%- do oddities.append({
                'system': contract.source, 'table': contract.table, 'column': column.name,
                'kind': 'not in ' ~ column.references if column.references else 'unmapped',
                'values': examples, 'rows': unknown.counts.values() | sum,
                'next_step': (similar | join(', ') ~ '. ' if similar else '') ~ sales_kpis.next_step_for(column),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(oddities) }}
{% endmacro %}

{#
    The values of a table's columns that the table or seed they name does not have, of all columns in one query: by
    column, how many rows have each value (the most frequent first), and the query of the known values.
#}
{% macro unknown_values(contract, delivery, columns) %}
    {%- set queries, found = [], {} -%}
    {%- for column in columns if column.references or column.mapped_by -%}
        {%- set known = sales_kpis.known_values_sql(contract, column) -%}
        {%- if known -%}
            {%- do found.update({column.name: {'known': known, 'counts': {}}}) -%}
            {%- set value = sales_kpis.read_text('raw_rows.' ~ column.name, delivery.columns[column.name].family) -%}
            {%- do queries.append(
                "select '" ~ column.name ~ "' as column_name, " ~ value ~ ' as unknown_value, count(*) as count_rows from (' ~ sales_kpis.raw_rows_sql(contract, delivery, [column.name]) ~ ') as raw_rows'
                ~ ' where ' ~ value ~ ' is not null and lower(' ~ value ~ ') not in (select lower(known_value) from (' ~ known ~ ') as known_values where known_value is not null)'
                ~ ' group by ' ~ value) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if queries -%}
        {%- for row in run_query('select * from (' ~ queries | join(' union all ') ~ ') as unknown_values order by column_name, count_rows desc, unknown_value') -%}
            {%- set shown = sales_kpis.shown_without_person({'name': row[0]}, row[1]) -%}
            {%- do found[row[0]].counts.update({shown: found[row[0]].counts.get(shown, 0) + row[2] | int}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set with_counts = {} -%}
    {%- for name, unknown in found.items() if unknown.counts -%}{%- do with_counts.update({name: unknown}) -%}{%- endfor -%}
    {{ return(with_counts) }}
{% endmacro %}

{# The values that the table and seed a column names have; empty where neither is there. #}
{% macro known_values_sql(contract, column) %}
    {%- set known = [] -%}
    {%- if column.references -%}
        {%- set target_contract = sales_kpis.contract_of(contract.system, column.references, contract.instance) -%}
        {%- set target_delivery = sales_kpis.delivery_of(target_contract) -%}
        {%- if target_delivery.relation is not none and not target_delivery.errors -%}
            {%- do known.append('select ' ~ sales_kpis.read_text(target_contract.primary_key[0], target_delivery.columns[target_contract.primary_key[0]].family) ~ ' as known_value from (' ~ sales_kpis.raw_rows_sql(target_contract, target_delivery, target_contract.primary_key[:1]) ~ ') as target_rows') -%}
        {%- endif -%}
    {%- endif -%}
    {%- if column.mapped_by -%}
        {%- set of_system = "coalesce(nullif(trim(system), ''), '" ~ contract.system ~ "') = '" ~ contract.system ~ "'" if column.mapped_by in ['lead_sources', 'deal_types', 'products'] + sales_kpis.vocabularies().keys() | list else 'true' -%}
        {%- do known.append('select trim(raw_value) as known_value from (' ~ sales_kpis.seed_rows_sql(column.mapped_by) ~ ') as seed_rows where ' ~ of_system) -%}
        {%- for word in column.known -%}{%- do known.append('select ' ~ sales_kpis.text_literal(word) ~ ' as known_value') -%}{%- endfor -%}
    {%- endif -%}
    {{ return(known | join(' union all ')) }}
{% endmacro %}

{# The meaning for the numbers of a value that nothing knows, and what to do. #}
{% macro next_step_for(column) %}
    {%- if column.mapped_by == 'deal_types' -%}{{ return('Such deals count by their history alone (cross_sell or repeat) until seeds/mapping/deal_types.csv maps them.') }}
    {%- elif column.mapped_by == 'products' -%}{{ return('Each counts as a product of its own until seeds/mapping/products.csv maps it.') }}
    {%- elif column.mapped_by in sales_kpis.vocabularies() -%}{{ return('No KPI knows these words, and such rows count in none that asks for one, until seeds/mapping/' ~ column.mapped_by ~ '.csv says what each means.') }}
    {%- elif column.mapped_by -%}{{ return('Each keeps its own name until seeds/mapping/' ~ column.mapped_by ~ '.csv maps it.') }}
    {%- elif column.references in ('deal_stage', 'opportunity_stage') -%}{{ return('Such deals are taken for open: add the stage to ' ~ column.references ~ '.') }}
    {%- else -%}{{ return('Each counts under its own id, with unknown attributes, until ' ~ column.references ~ ' has it.') }}{%- endif -%}
{% endmacro %}

{# The sentence for a number that can be read in two ways, in a table where nothing proves which. #}
{% macro undecided_number_error(contract, column, form) %}
    {{ return("Column " ~ contract.source ~ "." ~ contract.table ~ "." ~ column.name ~ " has " ~ form.ambiguous ~ " numbers that can be read in two ways (such as '" ~ form.examples | join("' and '")
        ~ "'), and no value proves which: write number_format: decimal_comma or decimal_point in source_mapping (" ~ contract.source ~ ": {" ~ contract.table ~ ": {number_format: decimal_comma}}).") }}
{% endmacro %}

{# The sentence for a column that cannot be read to a large part. #}
{% macro unreadable_column_error(contract, column, found, values) %}
    {%- set place = contract.source ~ ": {" ~ contract.table ~ ": {" -%}
    {%- if column.type in ('int', 'decimal') -%}
        {%- set hint = "write its form in source_mapping (" ~ place ~ "number_format: decimal_comma}}, or decimal_point; a currency at a number must be the row's own, else " ~ var('reporting_currency') ~ ")" -%}
    {%- elif column.type in ('date', 'timestamp') -%}
        {%- set hint = "write which comes first in source_mapping (" ~ place ~ "date_order: day_first}}, or month_first; date_format is another name for it)" -%}
    {%- else -%}{%- set hint = "map the column that is meant in source_mapping (" ~ place ~ "columns: {" ~ column.name ~ ": <its name>}}})" -%}{%- endif -%}
    {{ return("Column " ~ contract.source ~ "." ~ contract.table ~ "." ~ column.name ~ " cannot be read as " ~ column.type ~ " in " ~ found.unreadable_values ~ " of " ~ values ~ " values"
        ~ (" (such as '" ~ found.examples | join("' and '") ~ "')" if found.examples else '') ~ ": " ~ hint ~ ", correct the values, or leave the column out (" ~ place ~ "columns: {" ~ column.name ~ ": null}}}).") }}
{% endmacro %}
