{# Landing: each file <raw_path>/<system>/<table>.{csv,parquet,json}, or folder <table>/*.parquet, becomes a relation raw_<system>.<table>. #}

{% macro land_raw_files() %}
    {%- if execute and var('raw_path') and flags.WHICH in ('build', 'run', 'test', 'seed', 'run-operation', 'show', 'compile') -%}
        {%- for system in sales_kpis.systems_in_use() -%}
            {%- do adapter.dispatch('land_system', 'sales_kpis')(system, var('raw_path') ~ '/' ~ system) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__land_system(system, folder) %}
    {%- set schema = 'raw_' ~ system -%}
    {%- do run_query('create schema if not exists ' ~ schema) -%}
    {%- set landed = sales_kpis.duckdb__landed_tables(schema) -%}
    {%- set tables = {} -%}
    {%- for row in run_query("select file from glob(" ~ sales_kpis.text_literal(folder ~ '/**') ~ ") order by file") -%}
        {%- set path = row[0] | replace('\\', '/') -%}
        {%- set parts = path[(folder | length) + 1:].split('/') -%}
        {%- set extension = parts[-1].split('.')[-1] | lower -%}
        {%- if extension in ('csv', 'parquet', 'json') and not parts[-1].startswith('.') -%}
            {%- set table = parts[0] if parts | length > 1 else parts[0][:-(extension | length + 1)] -%}
            {%- set known = tables.setdefault(table, {'format': extension, 'files': []}) -%}
            {%- if known.format != extension or (extension == 'csv' and known.files) -%}
                {{ exceptions.raise_compiler_error("Folder " ~ folder ~ " has more than one file for table '" ~ table ~ "' (" ~ (known.files + [path]) | join(', ') ~ "): keep one of them, or one folder of Parquet files.") }}
            {%- endif -%}
            {%- do known.files.append(path) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for table in landed if landed[table] and table not in tables -%}
        {%- do run_query('drop table ' ~ schema ~ '."' ~ table ~ '"') -%}
    {%- endfor -%}
    {%- for table, source_files in tables.items() -%}
        {%- if table in landed and not landed[table] -%}
            {{ exceptions.raise_compiler_error("Table " ~ schema ~ "." ~ table ~ " is in the warehouse already and is not a landed file: set the variable raw_path to '' to read the warehouse, or move " ~ source_files.files[0] ~ ".") }}
        {%- endif -%}
        {%- set relation = schema ~ '."' ~ table ~ '"' -%}
        {%- do run_query('create or replace table ' ~ relation ~ ' as ' ~ sales_kpis.duckdb__read_files(source_files)) -%}
        {%- do run_query("comment on table " ~ relation ~ " is 'landed file'") -%}
    {%- endfor -%}
{% endmacro %}

{# Tables of a raw schema: name → whether landing made it (only those may be replaced or dropped). #}
{% macro duckdb__landed_tables(schema) %}
    {%- set landed = {} -%}
    {%- for row in run_query("select table_name, coalesce(comment, '') = 'landed file' from duckdb_tables() where database_name = current_database() and schema_name = '" ~ schema ~ "'") -%}
        {%- do landed.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {{ return(landed) }}
{% endmacro %}

{% macro duckdb__read_files(source_files) %}
    {%- set paths = [] -%}
    {%- for path in source_files.files -%}{%- do paths.append(sales_kpis.text_literal(path)) -%}{%- endfor -%}
    {%- if source_files.format == 'parquet' -%}
        {{ return('select * from read_parquet([' ~ paths | join(', ') ~ '], union_by_name = true)') }}
    {%- elif source_files.format == 'json' -%}
        {{ return('select * from read_json_auto([' ~ paths | join(', ') ~ '], union_by_name = true)') }}
    {%- else -%}
        {#- Everything as text: what a value means is the contract's business, and a guess from a sample can lose rows.
            The delimiter is the header's own, never the sniffer's, which takes a comma in the data of a one-column file for one. -#}
        {%- set first_line = run_query("select line from read_csv(" ~ paths[0] ~ ", columns = {'line': 'varchar'}, delim = '\\x01', quote = '', escape = '', header = false, auto_detect = false, null_padding = true, parallel = false, strict_mode = false, ignore_errors = true) limit 1") -%}
        {%- if first_line | length == 0 -%}{{ return('select null as empty_file where false') }}{%- endif -%}
        {%- set header = modules.re.sub('"[^"]*"', '', first_line[0][0] or '') -%}
        {%- set best = namespace(delimiter=',', count=0) -%}
        {%- for delimiter in [',', ';', '\t', '|'] if header.count(delimiter) > best.count -%}
            {%- set best.delimiter = delimiter -%}{%- set best.count = header.count(delimiter) -%}
        {%- endfor -%}
        {{ return("select * from read_csv(" ~ paths[0] ~ ", all_varchar = true, header = true, delim = '" ~ best.delimiter ~ "', quote = '\"', escape = '\"', null_padding = true, parallel = false)") }}
    {%- endif -%}
{% endmacro %}
