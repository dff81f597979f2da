{#
    Lands the ledger of what was published (the sources of `ledger`): SALES_KPIS_LEDGER names its folder, by default
    published/ledger in the project. Without one the tables are empty. Spark, which can look for no folder that is not there,
    reads only one that is named; DuckDB reads the files where they lie.
#}
{% macro land_ledger() %}
    {%- if execute and flags.WHICH in ('build', 'run', 'test') -%}
        {%- set folder = env_var('SALES_KPIS_LEDGER', '') -%}
        {%- set files = {'publications': 'publication', 'reported_values': 'values'} -%}
        {%- for table in graph.sources.values() if table.source_name == 'ledger' -%}
            {%- if loop.first -%}{%- do run_query('create schema if not exists ledger') -%}{%- endif -%}
            {%- do adapter.dispatch('land_ledger_table', 'sales_kpis')('ledger.' ~ table.name, table.columns.values(), folder, files[table.name] ~ '.parquet') -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__land_ledger_table(relation, columns, folder, file) %}
    {%- set paths = [] -%}
    {%- for row in run_query("select file from glob(" ~ sales_kpis.duckdb__path_literal(folder or 'published/ledger', '/*/' ~ file) ~ ") order by file") -%}
        {%- do paths.append(sales_kpis.duckdb__path_literal(row[0])) -%}
    {%- endfor -%}
    {%- do run_query('create or replace view ' ~ relation ~ ' as ' ~ sales_kpis.typed_columns(columns, paths | length > 0)
        ~ (' from read_parquet([' ~ paths | join(', ') ~ '], hive_partitioning = false)' if paths else ' where false')) -%}
{% endmacro %}

{% macro spark__land_ledger_table(relation, columns, folder, file) %}
    {%- do run_query('drop table if exists ' ~ relation) -%}
    {%- do run_query('create table ' ~ relation ~ ' using parquet as ' ~ sales_kpis.typed_columns(columns, folder != '')
        ~ (' from parquet.' ~ sales_kpis.quoted_name(folder ~ '/*/' ~ file) if folder else ' where false')) -%}
{% endmacro %}

{# The columns of a table in their types; nulls where there is nothing to read. #}
{% macro typed_columns(columns, is_there) -%}
select {% for column in columns -%}
cast({{ column.name if is_there else 'null' }} as {{ column.data_type }}) as {{ column.name }}{{ ', ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}
