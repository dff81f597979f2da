{#
    A staging model is a view on DuckDB, which reads it in one pass with the model that wants it. On Spark it is a table:
    a raw file is parsed once, not once per reader, and a metastore on Derby takes no view text above 32,700 characters.
#}
{% macro staging_materialization() %}{{ return(adapter.dispatch('staging_materialization', 'sales_kpis')()) }}{% endmacro %}
{% macro duckdb__staging_materialization() %}{{ return('view') }}{% endmacro %}
{% macro spark__staging_materialization() %}{{ return('table') }}{% endmacro %}

{#
    Spark's plain tables cannot hold constraints, and dbt-spark would try to add them. The contract's names and types hold
    on every engine; keys and not-null columns are tested (`every_mart_has_one_row_per_key` and the tests of the YAML).
#}
{% macro spark__persist_constraints(relation, model) %}{% endmacro %}
