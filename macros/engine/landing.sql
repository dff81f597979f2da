{#
    Landing: each file <raw_path>/<system>/<table>.{csv,parquet,json}, or folder <table>/*.parquet, becomes a relation
    raw_<system>.<table>. The folder of a system's instance has the name of its schema without `raw_`.
#}

{% macro land_raw_files() %}
    {#- `kpis run` builds what it has just checked: landed once, and looked up once. -#}
    {%- if execute and graph.pop('sales_kpis_is_landed_for_build', false) and flags.WHICH == 'build' -%}{{ return('') }}{%- endif -%}
    {#- The names and deliveries that an earlier command of this process has looked up may have changed. -#}
    {%- if execute -%}
        {%- do graph.pop('sales_kpis_raw_names', none) -%}
        {%- do graph.pop('sales_kpis_raw_types', none) -%}
        {%- do graph.pop('sales_kpis_deliveries', none) -%}
        {%- do graph.pop('sales_kpis_contracts', none) -%}
        {%- do graph.pop('sales_kpis_readings', none) -%}
        {%- do graph.pop('sales_kpis_unread_files', none) -%}
    {%- endif -%}
    {%- if execute and var('raw_path') and flags.WHICH in ('build', 'run', 'test', 'seed', 'run-operation', 'show', 'compile') -%}
        {%- for system in sales_kpis.systems_in_use() -%}
            {%- for schema in sales_kpis.schemas_of(system) -%}
                {%- do adapter.dispatch('land_system', 'sales_kpis')(schema, var('raw_path') ~ '/' ~ modules.re.sub('^raw_', '', schema)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{# Keeps the name of a file that landing does not read, for check_sources to tell. #}
{% macro note_unread_file(schema, name) %}
    {%- if not name.startswith('.') -%}{%- do graph.setdefault('sales_kpis_unread_files', []).append({'schema': schema, 'name': name}) -%}{%- endif -%}
{% endmacro %}

{% macro duckdb__land_system(schema, folder) %}
    {%- do run_query('create schema if not exists ' ~ sales_kpis.quoted_name(schema)) -%}
    {#- The rows that an earlier command on this connection has refused are told by then. -#}
    {%- do run_query('drop table if exists reject_errors; drop table if exists reject_scans') -%}
    {#- The one way from a macro to Python: the plugin of profiles.yml stops at files that cannot be read (landing_plugin.py). -#}
    {%- if sales_kpis.has_plugin('sales_kpis.landing_plugin') -%}
        {%- do adapter.store_relation('landing', none, [], folder, 'folder', none) -%}
    {%- endif -%}
    {%- set landed = sales_kpis.duckdb__landed_tables(schema) -%}
    {%- set tables = {} -%}
    {%- for row in run_query("select file from glob(" ~ sales_kpis.duckdb__path_literal(folder, '/**') ~ ") order by file") -%}
        {%- set path = row[0] | replace('\\', '/') -%}
        {%- set parts = path[(folder | length) + 1:].split('/') -%}
        {%- set extension = parts[-1].split('.')[-1] | lower -%}
        {%- if extension in ('csv', 'parquet', 'json') and not parts[-1].startswith('.') -%}
            {%- set table = parts[0] if parts | length > 1 else parts[0][:-(extension | length + 1)] -%}
            {#- A name of other letters' case is the same name. -#}
            {%- set known = tables.setdefault(table | lower, {'name': table, 'format': extension, 'files': []}) -%}
            {%- if known.format != extension or known.name != table or (extension == 'csv' and known.files) -%}
                {{ exceptions.raise_compiler_error("Folder " ~ folder ~ " has more than one file for table '" ~ sales_kpis.shown_names([table]) ~ "' (" ~ sales_kpis.shown_names(known.files + [path]) ~ "): keep one of them, or one folder of Parquet files.") }}
            {%- endif -%}
            {%- do known.files.append(path) -%}
        {%- else -%}{%- do sales_kpis.note_unread_file(schema, parts[-1]) -%}{%- endif -%}
    {%- endfor -%}
    {%- set kept = tables.values() | map(attribute='name') | list -%}
    {%- for table in landed if landed[table] and table not in kept -%}
        {%- do run_query('drop table ' ~ sales_kpis.quoted_name(schema) ~ '.' ~ sales_kpis.quoted_name(table)) -%}
    {%- endfor -%}
    {%- set first_lines = sales_kpis.duckdb__first_lines(tables) -%}
    {%- set statements = [] -%}
    {%- for source_files in tables.values() -%}
        {%- set table = source_files.name -%}
        {%- if table in landed and not landed[table] -%}
            {{ exceptions.raise_compiler_error("Table " ~ schema ~ "." ~ table ~ " is in the warehouse already and is not a landed file: set the variable raw_path to '' to read the warehouse, or move " ~ source_files.files[0] ~ ".") }}
        {%- endif -%}
        {%- set relation = sales_kpis.quoted_name(schema) ~ '.' ~ sales_kpis.quoted_name(table) -%}
        {%- do statements.append('create or replace table ' ~ relation ~ ' as ' ~ sales_kpis.duckdb__read_files(source_files, first_lines.get(source_files.files[0]))
            ~ "; comment on table " ~ relation ~ " is 'landed file'") -%}
    {%- endfor -%}
    {%- if statements -%}{%- do run_query(statements | join('; ')) -%}{%- endif -%}
    {%- do sales_kpis.duckdb__stop_at_rejected_rows() -%}
{% endmacro %}

{# The first lines of the CSV files: path → a list of lines; an empty file has none. #}
{% macro duckdb__first_lines(tables) %}
    {%- set queries, first_lines = [], {} -%}
    {%- for source_files in tables.values() if source_files.format == 'csv' -%}
        {%- set path = sales_kpis.duckdb__path_literal(source_files.files[0]) -%}
        {%- do queries.append("select " ~ sales_kpis.text_literal(source_files.files[0]) ~ " as file, '>' || array_to_string(list(coalesce(line, '')), chr(10)) as lines from (select line from read_csv(" ~ path ~ ", columns = {'line': 'varchar'}, delim = '\x01', quote = '', escape = '', header = false, auto_detect = false, null_padding = true, parallel = false, strict_mode = false, ignore_errors = true, max_line_size = " ~ sales_kpis.longest_line() ~ ", hive_partitioning = false) limit 20)") -%}
    {%- endfor -%}
    {%- if queries -%}
        {%- for row in run_query(queries | join(' union all ')) if row[1] -%}{%- do first_lines.update({row[0]: row[1][1:].split('\n')}) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(first_lines) }}
{% endmacro %}

{# Tables of a raw schema: name → whether landing made it (only those may be replaced or dropped). #}
{% macro duckdb__landed_tables(schema) %}
    {%- set landed = {} -%}
    {%- for row in run_query("select table_name, coalesce(comment, '') = 'landed file' from duckdb_tables() where database_name = current_database() and schema_name = " ~ sales_kpis.text_literal(schema)) -%}
        {%- do landed.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {{ return(landed) }}
{% endmacro %}

{% macro duckdb__read_files(source_files, first_lines) %}
    {%- set paths = [] -%}
    {%- for path in source_files.files -%}{%- do paths.append(sales_kpis.duckdb__path_literal(path)) -%}{%- endfor -%}
    {%- if source_files.format == 'parquet' -%}
        {{ return('select * from read_parquet([' ~ paths | join(', ') ~ '], union_by_name = true, hive_partitioning = false)') }}
    {%- elif source_files.format == 'json' -%}
        {{ return('select * from read_json_auto([' ~ paths | join(', ') ~ '], union_by_name = true, hive_partitioning = false)') }}
    {%- endif -%}
    {#- Everything as text: what a value means is the contract's business, and a guess from a sample can lose rows.
        The delimiter is the header's own, never the sniffer's, which takes a comma in the data of a one-column file for one. -#}
    {%- if first_lines and '\x00' in first_lines | join('') -%}
        {{ exceptions.raise_compiler_error("File " ~ source_files.files[0] ~ " is not in UTF-8 but, as it seems, in UTF-16: save it in that encoding, for example with `iconv -f utf-16 -t utf-8`.") }}
    {%- endif -%}
    {%- set head = sales_kpis.head_of_csv(first_lines or [], source_files.files[0]) -%}
    {%- if head is none -%}{{ return('select null as empty_file where false') }}{%- endif -%}
    {%- set names = head.names | map('replace', "'", "''") | join("': 'varchar', '") -%}
    {{ return("select * from read_csv(" ~ paths[0] ~ ", columns = {'" ~ names ~ "': 'varchar'}, auto_detect = false, header = true, skip = " ~ head.skipped_lines ~ ", delim = " ~ sales_kpis.text_literal(head.delimiter)
        ~ ", quote = '\"', escape = '\"', null_padding = true, parallel = false, store_rejects = true, max_line_size = " ~ sales_kpis.longest_line() ~ ", hive_partitioning = false)") }}
{% endmacro %}

{# A path as DuckDB's readers take it: `*`, `?` and `[` in a name are no pattern; `pattern` comes after it. #}
{% macro duckdb__path_literal(path, pattern='') %}{{ return(sales_kpis.text_literal(modules.re.sub('[*?[]', '[\\g<0>]', path) ~ pattern)) }}{% endmacro %}

{# How many bytes a line of a CSV file may have; a longer one is named (landing_files.py). #}
{% macro longest_line() %}{{ return(32 * 1024 * 1024) }}{% endmacro %}

{# The first row of each landed CSV file that cannot be read stops the run: its file and line, and what to do. #}
{% macro duckdb__stop_at_rejected_rows() %}
    {%- if not run_query("select 1 from duckdb_tables() where table_name = 'reject_errors' and temporary limit 1") | length -%}{{ return('') }}{%- endif -%}
    {%- set errors = [] -%}
    {%- for row in run_query("select scans.file_path, min_by(errors.error_type, errors.line) as error_type, min(errors.line) as line, count(distinct errors.line) as count_rows, min_by(errors.error_message, errors.line) as message from reject_errors as errors inner join reject_scans as scans using (scan_id, file_id) group by scans.file_path order by scans.file_path") -%}
        {%- if row[1] | string == 'TOO MANY COLUMNS' -%}
            {%- do errors.append("File " ~ sales_kpis.shown_names([row[0]]) ~ " has rows with more values than its header (line " ~ row[2] ~ (", and " ~ (row[3] - 1) ~ " more" if row[3] > 1 else '') ~ "): quote the values that hold the delimiter.") -%}
        {%- elif 'ENCODING' in row[1] | string -%}
            {%- do errors.append("File " ~ sales_kpis.shown_names([row[0]]) ~ " is not in UTF-8 (line " ~ row[2] ~ "): save it in that encoding, for example with `iconv -f cp1252 -t utf-8`.") -%}
        {%- else -%}
            {%- do errors.append("File " ~ sales_kpis.shown_names([row[0]]) ~ " cannot be read at line " ~ row[2] ~ " (" ~ (row[4] | string).splitlines()[0].rstrip('.') ~ "): correct the line.") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do run_query('drop table reject_errors; drop table reject_scans') -%}
    {%- if errors -%}{{ exceptions.raise_compiler_error(errors | join(' ')) }}{%- endif -%}
{% endmacro %}

{#
    How a CSV file begins: its delimiter, the names of its columns, and the lines before them. Read away are blank lines,
    Excel's line `sep=;`, and title lines: those without a delimiter before two lines with equally many. None: no header.
    An equal name gets a number, and a blank one is called column0, as DuckDB does.
#}
{% macro head_of_csv(first_lines, path) %}
    {%- set lines = [] -%}
    {%- for line in first_lines -%}{%- do lines.append((line or '') | replace('\ufeff', '') | replace('\r', '')) -%}{%- endfor -%}
    {%- set start = namespace(at=0, delimiter=none, is_found=false) -%}
    {%- for line in lines if not start.is_found -%}
        {%- if modules.re.match('^"?sep=.("|$)', line) -%}{%- set start.delimiter = line.strip('"')[4] -%}
        {%- elif line | trim != '' -%}{%- set start.is_found = true -%}{%- endif -%}
        {%- set start.at = start.at if start.is_found else loop.index -%}
    {%- endfor -%}
    {%- if not start.is_found -%}{{ return(none) }}{%- endif -%}
    {%- if start.delimiter is none -%}
        {%- set titles = namespace(count=0, delimiters=0) -%}
        {%- for line in lines[start.at:] if not titles.delimiters -%}
            {%- set titles.delimiters = sales_kpis.delimiters_in(line) -%}
            {%- if not titles.delimiters -%}{%- set titles.count = loop.index -%}{%- endif -%}
        {%- endfor -%}
        {%- set next_lines = lines[start.at + titles.count + 1:] -%}
        {%- if titles.count and titles.delimiters and next_lines and sales_kpis.delimiters_in(next_lines[0]) == titles.delimiters -%}{%- set start.at = start.at + titles.count -%}{%- endif -%}
    {%- endif -%}
    {%- set header = lines[start.at] -%}
    {%- set delimiter = start.delimiter or sales_kpis.delimiter_of(header, lines[start.at + 1] or '') -%}
    {%- set edge = '(^|' ~ modules.re.escape(delimiter) ~ ')"' -%}
    {%- if modules.re.search(edge, modules.re.sub(edge ~ '(?:[^"]|"")*"', '', header)) -%}
        {{ exceptions.raise_compiler_error("The header of a CSV file breaks its line within quotes (line " ~ (start.at + 1) ~ " of " ~ sales_kpis.shown_names([path]) ~ "): write it in one line.") }}
    {%- endif -%}
    {%- set names, plain_names = [], [] -%}
    {%- for cell in modules.re.findall('(?:^|' ~ modules.re.escape(delimiter) ~ ')("(?:[^"]|"")*"|[^' ~ modules.re.escape(delimiter) ~ ']*)', header) -%}
        {%- set name = (cell[1:-1] | replace('""', '"') if cell.startswith('"') else cell).strip() or 'column' ~ loop.index0 -%}
        {#- An equal name gets the first number that makes it another. -#}
        {%- set own = namespace(name=name) -%}
        {%- for number in range(1, names | length + 1) if own.name | lower in plain_names -%}{%- set own.name = name ~ '_' ~ number -%}{%- endfor -%}
        {%- do plain_names.append(own.name | lower) -%}
        {%- do names.append(own.name) -%}
    {%- endfor -%}
    {{ return({'skipped_lines': start.at, 'delimiter': delimiter, 'names': names}) }}
{% endmacro %}

{# How many of its own delimiter a line has, outside of quotes. #}
{% macro delimiters_in(line) %}{{ return(modules.re.sub('"[^"]*"', '', line).count(sales_kpis.delimiter_of(line))) }}{% endmacro %}

{# The delimiter of a CSV file: the most frequent one in its header, outside of quotes; of two, the next line's. #}
{% macro delimiter_of(header, next_line='') %}
    {%- set best = namespace(delimiter=',', counts=[0, 0]) -%}
    {%- for delimiter in [',', ';', '\t', '|'] -%}
        {%- set counts = [] -%}
        {%- for line in [header, next_line] -%}{%- do counts.append(modules.re.sub('"[^"]*"', '', line).count(delimiter)) -%}{%- endfor -%}
        {%- if counts[0] and counts > best.counts -%}{%- set best.delimiter = delimiter -%}{%- set best.counts = counts -%}{%- endif -%}
    {%- endfor -%}
    {{ return(best.delimiter) }}
{% endmacro %}

{#
    Spark has no list of files in SQL: its reader `binaryFile` gives their paths (but not those of empty files, which are
    as absent). A landed table is a table over the file where it lies, so a cluster must be able to read `raw_path`.
#}
{% macro spark__land_system(schema, folder) %}
    {%- do run_query('create schema if not exists ' ~ sales_kpis.quoted_name(schema)) -%}
    {%- set landed = sales_kpis.spark__landed_tables(schema) -%}
    {%- set tables = {} -%}
    {%- for path in sales_kpis.spark__files_in(folder) -%}
        {%- set parts = path.name.split('/') -%}
        {%- set extension = parts[-1].split('.')[-1] | lower -%}
        {%- if extension in ('csv', 'parquet', 'json') -%}
            {%- set delivered_name = parts[0] if parts | length > 1 else parts[0][:-(extension | length + 1)] -%}
            {#- A name in the metastore has lower-case letters, digits and underscores. -#}
            {%- set table = modules.re.sub('[^a-z0-9_]', '_', delivered_name | lower) -%}
            {%- set known = tables.setdefault(table, {'format': extension, 'files': []}) -%}
            {%- if known.format != extension or (extension == 'csv' and known.files) -%}
                {{ exceptions.raise_compiler_error("Folder " ~ folder ~ " has more than one file for table '" ~ sales_kpis.shown_names([table]) ~ "' (" ~ sales_kpis.shown_names(known.files + [path.path]) ~ "): keep one of them, or one folder of Parquet files.") }}
            {%- endif -%}
            {%- do known.files.append(path.path) -%}
            {%- do known.update({'path': path.path if parts | length == 1 else path.path[:-(path.name | length)] ~ delivered_name}) -%}
        {%- else -%}{%- do sales_kpis.note_unread_file(schema, parts[-1]) -%}{%- endif -%}
    {%- endfor -%}
    {%- for table in landed if landed[table] and table not in tables -%}
        {%- do run_query('drop table ' ~ schema ~ '.' ~ sales_kpis.quoted_name(table)) -%}
    {%- endfor -%}
    {%- set checks = [] -%}
    {%- for table, source_files in tables.items() -%}
        {%- if table in landed and not landed[table] -%}
            {{ exceptions.raise_compiler_error("Table " ~ schema ~ "." ~ table ~ " is in the warehouse already and is not a landed file: set the variable raw_path to '' to read the warehouse, or move " ~ source_files.files[0] ~ ".") }}
        {%- endif -%}
        {%- set relation = schema ~ '.' ~ sales_kpis.quoted_name(table) -%}
        {%- set definition = sales_kpis.spark__file_definition(source_files) -%}
        {%- if table in landed -%}{%- do run_query('drop table ' ~ relation) -%}{%- endif -%}
        {%- do run_query('create table ' ~ relation ~ definition.sql ~ " comment 'landed file'") -%}
        {%- if definition.columns -%}
            {%- do checks.append('select ' ~ sales_kpis.text_literal(source_files.path) ~ ' as path, count(' ~ sales_kpis.column_beyond_the_header() ~ ') as long_rows, '
                ~ "count(case when concat_ws(' ', " ~ definition.columns | join(', ') ~ ") like '%\uFFFD%' then 1 end) as garbled_rows from " ~ relation) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- Spark would drop the values of a row that is longer than the header, and replace what is not UTF-8, in silence. -#}
    {%- if checks -%}
        {%- for row in run_query(checks | join(' union all ')) if row[1] or row[2] -%}
            {{ exceptions.raise_compiler_error("File " ~ row[0] ~ (" has rows with more values than its header: quote the values that hold the delimiter." if row[1] else " is not in UTF-8: save it in that encoding.")) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{# Whether the profile loads a plugin of dbt-duckdb; one of another project loads none of ours. #}
{% macro has_plugin(module) %}{{ return(module in (target.get('plugins') or []) | map(attribute='module')) }}{% endmacro %}

{# On Spark a landed file has one more column, by which a row that is longer than its header is found. #}
{% macro column_beyond_the_header() %}{{ return('values_beyond_the_header') }}{% endmacro %}

{# The files below a folder of landing files: path, and name within the folder. #}
{% macro spark__files_in(folder) %}
    {#- Listed from the folder above, because Spark stops at a folder that is not there and a system may have none. -#}
    {%- do run_query("create or replace temporary view landing_files using binaryFile options (path "
        ~ sales_kpis.text_literal(folder.rpartition('/')[0]) ~ ", recursiveFileLookup 'true')") -%}
    {%- set steps = [] -%}
    {%- for step in modules.re.sub('^[A-Za-z0-9]+:', '', folder).split('/') if step not in ('', '.') -%}
        {%- if step != '..' -%}{%- do steps.append(step) -%}{%- elif steps -%}{%- do steps.pop() -%}{%- endif -%}
    {%- endfor -%}
    {%- set inside = '/' ~ steps | join('/') ~ '/' -%}
    {%- set found = [] -%}
    {%- for row in run_query('select path from landing_files order by path') if inside in row[0] -%}
        {%- do found.append({'path': row[0], 'name': row[0].rpartition(inside)[2]}) -%}
    {%- endfor -%}
    {%- do run_query('drop view landing_files') -%}
    {{ return(found) }}
{% endmacro %}

{# Tables of a raw schema: name → whether landing made it (only those may be replaced or dropped). #}
{% macro spark__landed_tables(schema) %}
    {%- set landed = {} -%}
    {%- for row in run_query('show table extended in ' ~ schema ~ " like '*'") if row[0] == schema -%}
        {%- do landed.update({row[1]: '\nComment: landed file\n' in row[3]}) -%}
    {%- endfor -%}
    {{ return(landed) }}
{% endmacro %}

{# How a table over the file is declared; for CSV also its columns, all of them text, and one for what is beyond them. #}
{% macro spark__file_definition(source_files) %}
    {%- set path = sales_kpis.text_literal(source_files.path) -%}
    {%- if source_files.format == 'parquet' -%}
        {{ return({'sql': ' using parquet options (path ' ~ path ~ ", mergeSchema 'true')", 'columns': []}) }}
    {%- endif -%}
    {%- set first_lines = [] -%}
    {%- for row in run_query('select value from text.' ~ sales_kpis.quoted_name(source_files.files[0]) ~ ' limit 20') -%}{%- do first_lines.append((row[0] or '') | replace('\ufeff', '')) -%}{%- endfor -%}
    {%- if source_files.format == 'json' -%}
        {{ return({'sql': ' using json options (path ' ~ path ~ ", multiLine '" ~ ('true' if (first_lines | first | default('')).lstrip().startswith('[') else 'false') ~ "')", 'columns': []}) }}
    {%- endif -%}
    {%- set head = sales_kpis.head_of_csv(first_lines, source_files.path) or {'skipped_lines': 0, 'delimiter': ',', 'names': ['column0']} -%}
    {%- if head.skipped_lines -%}
        {{ exceptions.raise_compiler_error("File " ~ source_files.path ~ " has " ~ head.skipped_lines ~ " lines before its header, which Spark cannot pass over: remove them.") }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for name in head.names -%}{%- do columns.append(sales_kpis.quoted_name(name)) -%}{%- endfor -%}
    {{ return({
        'sql': ' (' ~ columns | join(' string, ') ~ ' string, ' ~ sales_kpis.column_beyond_the_header() ~ ' string) using csv options (path ' ~ path
            ~ ", header 'true', sep " ~ sales_kpis.text_literal(head.delimiter) ~ ", quote '\"', escape '\"', multiLine 'true')",
        'columns': columns,
    }) }}
{% endmacro %}
