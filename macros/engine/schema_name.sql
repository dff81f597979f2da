{#
    In this project's own profile schemas are named alike on every engine, staging, core, kpis, …; a developer's own copy puts
    SALES_KPIS_SCHEMA_PREFIX before them. In the profile of another project they begin with its target's schema, as all
    schemas of dbt do: dev_ann_core.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
{%- if target.profile_name == 'sales_kpis' -%}{{ env_var('SALES_KPIS_SCHEMA_PREFIX', '') }}{{ (custom_schema_name or target.schema) | trim }}
{%- else -%}{{ default__generate_schema_name(custom_schema_name, node) }}
{%- endif -%}
{%- endmacro %}
