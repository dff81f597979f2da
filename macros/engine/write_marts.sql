{#
    Writes each mart as Parquet files `<folder>/<schema>/<table>/` for publishing, where Spark's own tables are out of
    DuckDB's reach (a cluster's warehouse, Delta): dbt run-operation write_marts_as_parquet --args '{folder: …}'.
#}
{% macro write_marts_as_parquet(folder) %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.package_name == 'sales_kpis' and node.fqn[1] == 'marts' -%}
        {%- do adapter.dispatch('write_as_parquet', 'sales_kpis')(node.relation_name, folder ~ '/' ~ node.schema ~ '/' ~ node.alias) -%}
    {%- endfor -%}
{% endmacro %}
{% macro duckdb__write_as_parquet(relation, folder) %}
    {{ exceptions.raise_compiler_error("The marts are in a DuckDB file, which needs no copy: use `kpis publish`, which writes Parquet files too.") }}
{% endmacro %}
{% macro spark__write_as_parquet(relation, folder) %}
    {%- do run_query('insert overwrite directory ' ~ sales_kpis.text_literal(folder) ~ ' using parquet select * from ' ~ relation) -%}
{% endmacro %}
