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
