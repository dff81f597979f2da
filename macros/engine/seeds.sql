{# The rows of a seed, read from its file: a check needs no build. #}
{% macro seed_rows_sql(seed) %}{{ return(adapter.dispatch('seed_rows_sql', 'sales_kpis')(seed)) }}{% endmacro %}
{% macro default__seed_rows_sql(seed) %}{{ return('select * from ' ~ (graph.nodes.values() | selectattr('name', 'equalto', seed) | first).relation_name) }}{% endmacro %}
{% macro duckdb__seed_rows_sql(seed) %}
    {%- set node = graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed') | selectattr('name', 'equalto', seed) | first -%}
    {%- set path = node.original_file_path if node.original_file_path.startswith('/') else node.root_path ~ '/' ~ node.original_file_path -%}
    {{ return("select * from read_csv(" ~ sales_kpis.text_literal(path) ~ ", all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')") }}
{% endmacro %}
