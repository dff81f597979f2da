{#
    Spark's plain tables cannot hold constraints, and dbt-spark would try to add them. The contract's names and types hold
    on every engine; keys and not-null columns are tested (`every_mart_has_one_row_per_key` and the tests of the YAML).
#}
{% macro spark__persist_constraints(relation, model) %}{% endmacro %}

{#
    Tables and views on DuckDB, whose transactions hold for definitions too: what was there before is dropped and made anew
    in one transaction. dbt-duckdb's own way, a table beside it that is renamed, and a drop of what is never there, asks
    two more queries for each model.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {{ return(sales_kpis.duckdb__replace_relation('table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(sales_kpis.duckdb__replace_relation('view')) }}
{% endmaterialization %}

{% macro duckdb__replace_relation(type) %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type=type) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set dropped_dependents = drop_relation_for_rebuild(existing_relation) if existing_relation is not none else [] -%}
    {%- call statement('main', language=model['language']) -%}
        {%- if type == 'view' -%}{{ create_view_as(target_relation, compiled_code) }}
        {%- else -%}{{ create_table_as(False, target_relation, compiled_code, model['language']) }}{%- endif -%}
    {%- endcall -%}
    {%- do restore_foreign_key_dependents(dropped_dependents) -%}
    {%- if type == 'table' -%}{%- do create_indexes(target_relation) -%}{%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmacro %}

{#
    How a model is made that passes on the many rows of events: a view copies none. It makes its pseudonyms when it is read, so
    outside of dbt, where nothing sets the salt, they are null. On Spark a table, because a metastore on Derby takes no view
    text above 32,700 characters, which the patterns of personal data alone may reach.
#}
{% macro passing_on() %}{{ return(adapter.dispatch('passing_on', 'sales_kpis')()) }}{% endmacro %}
{% macro default__passing_on() %}{{ return('view') }}{% endmacro %}
{% macro spark__passing_on() %}{{ return('table') }}{% endmacro %}
