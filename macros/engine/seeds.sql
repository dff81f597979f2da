{#
    The model or seed of a name, none where there is none. dbt makes a dictionary of each node that is looked at, so only
    the one that is meant is: a loop over all of them, for every input of every KPI, takes seconds.
#}
{% macro node_named(name) %}
    {%- for id in graph.nodes if id.split('.')[0] in ['model', 'seed'] and id.split('.')[2] == name -%}{{ return(graph.nodes[id]) }}{%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# The table of a node; with `--defer` that of the state, where nothing has built its own, as `ref()` has it. #}
{% macro relation_of_node(node) %}
    {%- set deferred = node.get('defer_relation') -%}
    {%- if deferred and adapter.get_relation(node.database, node.schema, node.alias) is none -%}{{ return(deferred.relation_name) }}{%- endif -%}
    {{ return(node.relation_name) }}
{% endmacro %}

{# The rows of a seed, all text, read from its file: a check needs no build. #}
{% macro seed_rows_sql(seed) %}
    {%- set node = sales_kpis.node_named(seed) -%}
    {%- set path = node.original_file_path if node.original_file_path.startswith('/') else node.root_path ~ '/' ~ node.original_file_path -%}
    {{ return(adapter.dispatch('csv_rows_sql', 'sales_kpis')(seed, path)) }}
{% endmacro %}
{% macro duckdb__csv_rows_sql(name, path) %}
    {{ return("select * from read_csv(" ~ sales_kpis.duckdb__path_literal(path) ~ ", all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')") }}
{% endmacro %}
{% macro spark__csv_rows_sql(name, path) %}
    {%- do run_query('create or replace temporary view file_of_' ~ name ~ ' using csv options (path ' ~ sales_kpis.text_literal(path)
        ~ ", header 'true', quote '\"', escape '\"', multiLine 'true')") -%}
    {{ return('select * from file_of_' ~ name) }}
{% endmacro %}

{#
    Seeds on Spark: dbt-spark's own macro makes a missing text 'None', breaks at an apostrophe and takes decimals through
    floats, so this one writes each value as the text that stands in the file, cast to its column's type.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do types.append(model['config'].get('column_types', {}).get(name, adapter.convert_type(agate_table, loop.index0))) -%}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
        {%- set rows = [] -%}
        {%- for row in chunk -%}
            {%- set cells = [] -%}
            {%- for value in row -%}
                {%- do cells.append('cast(' ~ ('null' if value is none else sales_kpis.text_literal(value)) ~ ' as ' ~ types[loop.index0] ~ ')') -%}
            {%- endfor -%}
            {%- do rows.append('(' ~ cells | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- do statements.append('insert into ' ~ this ~ ' values\n' ~ rows | join(',\n')) -%}
        {%- do adapter.add_query(statements[-1], abridge_sql_log=True) -%}
    {%- endfor -%}
    {%- do sales_kpis.stop_at_unreadable_seed_values(agate_table) -%}
    {{ return(statements[0] if statements else '') }}
{% endmacro %}

{# A cast that fails gives null on Spark; a seed's slip of the pen is an error, as on DuckDB. #}
{% macro stop_at_unreadable_seed_values(agate_table) %}
    {%- set counts = [] -%}
    {%- for name in agate_table.column_names -%}{%- do counts.append('count(' ~ sales_kpis.quoted_name(name) ~ ')') -%}{%- endfor -%}
    {%- set loaded = run_query('select ' ~ counts | join(', ') ~ ' from ' ~ this)[0] -%}
    {%- for name in agate_table.column_names -%}
        {%- set given = agate_table.columns[name].values() | reject('none') | list | length -%}
        {%- if loaded[loop.index0] != given -%}
            {{ exceptions.raise_compiler_error('Seed ' ~ this.identifier ~ ': column ' ~ name ~ ' has ' ~ (given - loaded[loop.index0]) ~ ' values that are not of its type: correct the file.') }}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
