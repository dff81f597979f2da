{#
    Settings of a model that keeps what it has built and replaces whole slices of one column, such as days:

        config(**replace_slices('event_date')) … where event_date >= <the first day that is delivered again>

    A slice of which the query gives rows has exactly these rows afterwards; every other slice stays as it was. That is the
    strategy which both engines have: DuckDB deletes and inserts; Spark, whose plain tables take neither a merge nor a
    delete, overwrites partitions. The column is never null.
#}
{% macro replace_slices(column) %}{{ return(adapter.dispatch('replace_slices', 'sales_kpis')(column)) }}{% endmacro %}
{% macro duckdb__replace_slices(column) %}
    {{ return({'materialized': 'incremental', 'incremental_strategy': 'delete+insert', 'unique_key': column}) }}
{% endmacro %}
{% macro spark__replace_slices(column) %}
    {{ return({'materialized': 'incremental', 'incremental_strategy': 'insert_overwrite', 'partition_by': [column], 'file_format': 'parquet'}) }}
{% endmacro %}
