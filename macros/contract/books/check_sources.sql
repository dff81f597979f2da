{#
    The deliveries of each system in use against its contract, without a build: `dbt run-operation check_sources` lands the
    files and logs one line, `CHECK_SOURCES` and JSON. It reads with the same macros as the staging models, so what it
    finds is what a build will do. With `is_build_next` the next command of the process, a build into the same database,
    takes what was landed and looked up here.

    The JSON has `tables` with the counts of each declared table, `findings`, and the `settings` that decide what these
    mean. A finding is a fact (`kind`, where, counts and examples); scripts/sales_kpis/source_findings.py makes of it the
    error or oddity that `kpis check-sources` tells. Only what stops a build, too, is a sentence here: kind `error`.
#}
{% macro check_sources(is_build_next=false) %}
    {%- do sales_kpis.require_pseudonym_salt() -%}
    {%- do sales_kpis.land_raw_files() -%}
    {%- set tables, findings = [], sales_kpis.tables_mapped_in_vain() -%}
    {%- for system in sales_kpis.systems_in_use() -%}
        {%- set found_tables = [] -%}
        {%- for contract in sales_kpis.contracts_of(system) -%}
            {%- set delivery = sales_kpis.delivery_of(contract) -%}
            {%- for raw_table in delivery.raw_tables -%}{%- do found_tables.append(contract.schema ~ '.' ~ raw_table) -%}{%- endfor -%}
            {%- do tables.append(sales_kpis.counts_of_table(contract, delivery)) -%}
            {%- do findings.extend(sales_kpis.findings_in_table(contract, delivery, tables[-1])) -%}
        {%- endfor -%}
        {%- if not found_tables and not tables | selectattr('system', 'in', sales_kpis.sources_of(system)) | selectattr('found_as') | list -%}
            {%- do findings.append({'kind': 'system_without_tables', 'system': system, 'schemas': sales_kpis.schemas_of(system), 'tables': sales_kpis.contracts_of(system) | map(attribute='table') | unique | list}) -%}
        {%- endif -%}
        {%- for contract in sales_kpis.contracts_of_table(system, sales_kpis.contracts_of(system)[0].table) -%}
            {%- for name in sales_kpis.raw_names(contract) if contract.schema ~ '.' ~ name not in found_tables and name not in sales_kpis.unread_tables(system) -%}
                {%- do findings.append({'kind': 'unread_table', 'system': contract.source, 'table': name}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for file in graph.get('sales_kpis_unread_files', []) -%}
        {%- do findings.append({'kind': 'unread_file', 'system': modules.re.sub('^raw_', '', file.schema), 'table': file.name}) -%}
    {%- endfor -%}
    {%- do findings.extend(sales_kpis.currency_findings()) -%}
    {%- if is_build_next -%}{%- do graph.update({'sales_kpis_is_landed_for_build': true}) -%}{%- endif -%}
    {%- set settings = {'max_unreadable_share': sales_kpis.setting('max_unreadable_share') | float, 'raw_path': sales_kpis.setting('raw_path'), 'reporting_currency': sales_kpis.setting('reporting_currency'), 'subscription_end': sales_kpis.setting('subscription_end')} -%}
    {%- do log('CHECK_SOURCES ' ~ tojson({'tables': tables, 'findings': findings, 'settings': settings}), info=true) -%}
{% endmacro %}

{# Entries of source_mapping that name no table of a contract. #}
{% macro tables_mapped_in_vain() %}
    {%- set findings = [] -%}
    {%- for system, tables in (sales_kpis.setting('source_mapping') or {}).items() if system.split('.')[0] in sales_kpis.systems_in_use() -%}
        {%- set known = sales_kpis.contracts_of(system.split('.')[0]) | map(attribute='table') | list -%}
        {%- for table in tables if table not in known -%}{%- do findings.append({'kind': 'unknown_table_in_mapping', 'system': system, 'table': table, 'known': known}) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(findings) }}
{% endmacro %}

{# The findings in one table and its columns; of a table that cannot be read only why. #}
{% macro findings_in_table(contract, delivery, counts) %}
    {%- set findings = [] -%}
    {%- for sentence in delivery.errors -%}{%- do findings.append(sales_kpis.finding('error', contract, sentence=sentence)) -%}{%- endfor -%}
    {%- do findings.extend(delivery.findings) -%}
    {%- if delivery.relation is none or delivery.errors -%}{{ return(findings) }}{%- endif -%}
    {%- for column in contract.columns -%}
        {%- do findings.extend(sales_kpis.unread_values(contract, column, counts.columns[loop.index0], counts.rows, delivery.forms.get(column.name, {}))) -%}
    {%- endfor -%}
    {%- do findings.extend(sales_kpis.conflicting_keys(contract, delivery, counts)) -%}
    {%- do findings.extend(sales_kpis.blank_and_unknown_values(contract, delivery, counts)) -%}
    {%- if contract.table == 'subscription' -%}{%- do findings.extend(sales_kpis.ends_of_periods(contract, delivery)) -%}{%- endif -%}
    {{ return(findings + sales_kpis.history_findings(contract, delivery)) }}
{% endmacro %}

{# The values of a column that cannot be read; where its numbers can be read in two ways, those. #}
{% macro unread_values(contract, column, counted, rows, form) %}
    {%- if form.get('ambiguous') -%}
        {{ return([sales_kpis.finding('undecided_number', contract, column.name, rows=form.ambiguous, examples=form.examples)]) }}
    {%- elif counted.unreadable_values -%}
        {{ return([sales_kpis.finding('unreadable_column', contract, column.name, type=column.type, rows=counted.unreadable_values, values=rows - counted.missing_values, examples=counted.examples)]) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}

{# Rows that share a key and differ, while nothing says which is newer. #}
{% macro conflicting_keys(contract, delivery, counts) %}
    {%- if not counts.duplicate_rows or sales_kpis.tells_the_newest(contract, delivery) -%}{{ return([]) }}{%- endif -%}
    {%- set rows = sales_kpis.read_rows_sql(contract, delivery) -%}
    {%- set count = run_query('select ' ~ sales_kpis.count_conflicting_rows(contract, delivery) ~ ' from (' ~ rows ~ ') as read_rows')[0][0] | int -%}
    {%- if not count -%}{{ return([]) }}{%- endif -%}
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
    {%- set raw_key = [] -%}
    {%- for name in contract.primary_key -%}{%- do raw_key.append(delivery.columns[name].raw_name or name) -%}{%- endfor -%}
    {{ return([sales_kpis.finding('conflicting_keys', contract, contract.primary_key[0], rows=count, table_rows=counts.rows, key=contract.primary_key, raw_key=raw_key, differing=differing, newest_by=contract.newest_by)]) }}
{% endmacro %}
