{# Names of the tables and views of a schema, in alphabetical order; none when there is no such schema. #}
{% macro relation_names(database, schema) %}{{ return(adapter.dispatch('relation_names', 'sales_kpis')(database, schema)) }}{% endmacro %}
{% macro duckdb__relation_names(database, schema) %}
    {%- set names = [] -%}
    {%- for row in run_query("select table_name from information_schema.tables where table_catalog = " ~ sales_kpis.text_literal(database) ~ " and table_schema = " ~ sales_kpis.text_literal(schema) ~ " order by table_name") -%}
        {%- do names.append(row[0]) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}
{% macro spark__relation_names(database, schema) %}
    {%- set names = [] -%}
    {%- if run_query("show databases like " ~ sales_kpis.text_literal(schema)) | length > 0 -%}
        {#- Temporary views are listed with every schema. -#}
        {%- for row in run_query('show tables in ' ~ sales_kpis.quoted_name(schema)) if row[0] == schema -%}{%- do names.append(row[1]) -%}{%- endfor -%}
    {%- endif -%}
    {{ return(names | sort) }}
{% endmacro %}

{#
    Names and types of a relation's columns as dbt has them, by relation: on DuckDB those of the whole schema in one query,
    elsewhere of the relation alone.
#}
{% macro column_types(relation) %}{{ return(adapter.dispatch('column_types', 'sales_kpis')(relation)) }}{% endmacro %}
{% macro duckdb__column_types(relation) %}
    {%- set types = {} -%}
    {%- for row in run_query("select table_name, column_name, data_type from duckdb_columns() where database_name = " ~ sales_kpis.text_literal(relation.database) ~ " and schema_name = " ~ sales_kpis.text_literal(relation.schema) ~ " order by table_name, column_index") -%}
        {%- do types.setdefault(row[0], {}).update({row[1]: api.Column(row[1], row[2], none, none, none).data_type}) -%}
    {%- endfor -%}
    {{ return(types) }}
{% endmacro %}
{% macro default__column_types(relation) %}
    {%- set types = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}{%- do types.update({column.name: column.data_type}) -%}{%- endfor -%}
    {{ return({relation.identifier: types}) }}
{% endmacro %}
{% macro spark__column_types(relation) %}
    {%- set types = sales_kpis.default__column_types(relation) -%}
    {#- The file has no such column: landing adds it. -#}
    {%- do types[relation.identifier].pop(sales_kpis.column_beyond_the_header(), none) -%}
    {{ return(types) }}
{% endmacro %}

{# Names and types of the columns that a query in brackets gives. #}
{% macro query_types(query) %}
    {%- set types = {} -%}
    {%- for row in run_query('describe select * from ' ~ query ~ ' as described') -%}
        {%- do types.update({row[0]: api.Column(row[0], row[1], none, none, none).data_type}) -%}
    {%- endfor -%}
    {{ return(types) }}
{% endmacro %}
