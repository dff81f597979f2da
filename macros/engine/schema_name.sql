{# Schemas are named alike on every engine: staging, core, kpis, …; a developer's own copy puts SALES_KPIS_SCHEMA_PREFIX before them. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
{{ env_var('SALES_KPIS_SCHEMA_PREFIX', '') }}{{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
