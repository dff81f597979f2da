{#
    JSON: a text that holds it, what an engine has read as JSON already (`family` json), or a column of a nested type,
    such as a list in a Parquet file (other).
#}

{# The value as JSON text; null where it is none. #}
{% macro as_json(expression, family='text') %}{{ return(adapter.dispatch('as_json', 'sales_kpis')(expression, family)) }}{% endmacro %}
{% macro duckdb__as_json(expression, family) -%}
    {%- if family == 'json' -%}{{ expression }}
    {%- elif family == 'text' -%}case when json_valid({{ expression }}) then {{ expression }} end
    {%- else -%}cast(to_json({{ expression }}) as varchar){%- endif -%}
{%- endmacro %}
{% macro spark__as_json(expression, family) -%}
    {%- if family == 'json' -%}{{ expression }}
    {%- elif family == 'text' -%}case when get_json_object({{ expression }}, '$') is not null then {{ expression }} end
    {%- else -%}to_json({{ expression }}){%- endif -%}
{%- endmacro %}

{# One field of a JSON object as text, `path` its names joined by points; null where there is none. #}
{% macro field_of_json(expression, path, family='text') %}{{ return(adapter.dispatch('field_of_json', 'sales_kpis')(expression, path, family)) }}{% endmacro %}
{% macro duckdb__field_of_json(expression, path, family) %}json_extract_string({{ sales_kpis.as_json(expression, family) }}, {{ sales_kpis.json_path(path) }}){% endmacro %}
{% macro spark__field_of_json(expression, path, family) %}get_json_object({{ sales_kpis.as_json(expression, family) }}, {{ sales_kpis.json_path(path) }}){% endmacro %}

{# The literal of such a path, safe for any name that source_mapping may give a field. #}
{% macro json_path(path) %}{{ return(adapter.dispatch('json_path', 'sales_kpis')(path)) }}{% endmacro %}
{% macro duckdb__json_path(path) %}{{ sales_kpis.text_literal('$."' ~ path | replace('\\', '\\\\') | replace('"', '\\"') | replace('.', '"."') ~ '"') }}{% endmacro %}
{% macro spark__json_path(path) %}{{ sales_kpis.text_literal('$.' ~ path) }}{% endmacro %}

{# In a select list: one row for each item of a JSON list, none for anything else. `text_of_item` reads what it gives. #}
{% macro items_of_json(expression, family='text') %}{{ return(adapter.dispatch('items_of_json', 'sales_kpis')(expression, family)) }}{% endmacro %}
{% macro duckdb__items_of_json(expression, family) %}unnest(json_extract({{ sales_kpis.as_json(expression, family) }}, '$[*]')){% endmacro %}
{% macro spark__items_of_json(expression, family) %}explode(from_json({{ sales_kpis.as_json(expression, family) }}, 'array<string>')){% endmacro %}

{# An item of a list as text; with a path, a field of the item. #}
{% macro text_of_item(expression, path=none) %}{{ return(adapter.dispatch('text_of_item', 'sales_kpis')(expression, path)) }}{% endmacro %}
{% macro duckdb__text_of_item(expression, path) %}json_extract_string({{ expression }}, {{ sales_kpis.json_path(path) if path else "'$'" }}){% endmacro %}
{% macro spark__text_of_item(expression, path) %}{% if path %}get_json_object({{ expression }}, {{ sales_kpis.json_path(path) }}){% else %}{{ expression }}{% endif %}{% endmacro %}

{# In a select list: one row for each part of a text between semicolons or the like. #}
{% macro parts_of(expression, delimiter=';') %}{{ return(adapter.dispatch('parts_of', 'sales_kpis')(expression, delimiter)) }}{% endmacro %}
{% macro duckdb__parts_of(expression, delimiter) %}unnest(string_split({{ expression }}, '{{ delimiter }}')){% endmacro %}
{% macro spark__parts_of(expression, delimiter) %}explode(split({{ expression }}, '{{ delimiter }}')){% endmacro %}

{# Gives a row for each of the conditions that is true, with its number from 1 on; no row where none is. #}
{% macro row_for_each(conditions) %}{{ return(adapter.dispatch('row_for_each', 'sales_kpis')(conditions)) }}{% endmacro %}
{% macro numbers_where_true(conditions) %}{%- for condition in conditions -%}case when {{ condition }} then {{ loop.index }} end{{ ', ' if not loop.last }}{%- endfor -%}{% endmacro %}
{% macro duckdb__row_for_each(conditions) %}unnest(list_filter([{{ sales_kpis.numbers_where_true(conditions) }}], lambda number: number is not null)){% endmacro %}
{% macro spark__row_for_each(conditions) %}explode(filter(array({{ sales_kpis.numbers_where_true(conditions) }}), number -> number is not null)){% endmacro %}
