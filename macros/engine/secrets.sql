{#
    The salt of the pseudonyms as an expression that names it and does not hold it, for what dbt compiles is kept in files:
    a variable of the DuckDB session, set by scripts/sales_kpis/duckdb_salt.py, or a setting of the Spark session, which
    Spark puts in the place of its name. Both stand in profiles.yml. (Of a setting that is called a secret, a password or a
    token Spark gives `*********(redacted)` instead, which would be the salt of everybody: spark.redaction.regex.)
#}
{% macro pseudonym_salt() %}{{ return(adapter.dispatch('pseudonym_salt', 'sales_kpis')()) }}{% endmacro %}
{% macro duckdb__pseudonym_salt() -%}
    {%- set file = env_var('SALES_KPIS_PSEUDONYM_SALT_FILE', '') -%}
    {%- if sales_kpis.has_plugin('sales_kpis.duckdb_salt') or not file -%}getvariable('sales_kpis_pseudonym_salt')
    {#- A profile of another project, without our Python: the file that holds the salt is read where it is asked for. -#}
    {%- else -%}(select nullif(trim(content, e' \t\r\n'), '') from read_text({{ sales_kpis.duckdb__path_literal(file) }}))
    {%- endif -%}
{%- endmacro %}
{% macro spark__pseudonym_salt() %}{{ return("'${sales_kpis.pseudonym_salt}'") }}{% endmacro %}

{# Stops what would make pseudonyms without the salt, or write it into dbt's files. #}
{% macro require_pseudonym_salt() %}
    {%- if var('pseudonym_salt') | string != 'sales_kpis' -%}
        {{ exceptions.raise_compiler_error("The variable pseudonym_salt would stand in the files that dbt writes: leave it as it is, and set SALES_KPIS_PSEUDONYM_SALT in the environment, or SALES_KPIS_PSEUDONYM_SALT_FILE to a file that holds it.") }}
    {%- endif -%}
    {%- set is_known = run_query('select coalesce(' ~ sales_kpis.pseudonym_salt() ~ ", '') not in ('', '$' || '{sales_kpis.pseudonym_salt}', '*********(redacted)') as is_known")[0][0] -%}
    {%- if not is_known -%}
        {{ exceptions.raise_compiler_error("This profile does not hand over the salt of the pseudonyms. Take profiles.yml of the project: a DuckDB output needs `plugins: [{module: sales_kpis.duckdb_salt}]`, or SALES_KPIS_PSEUDONYM_SALT_FILE with the name of a file that holds the salt; a Spark output the line sales_kpis.pseudonym_salt below server_side_parameters, which spark.redaction.regex must not hide.") }}
    {%- endif -%}
{% endmacro %}
