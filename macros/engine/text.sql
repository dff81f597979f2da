{# Text functions that DuckDB and Spark spell differently. #}

{% macro as_text(expression) %}cast({{ expression }} as {{ dbt.type_string() }}){% endmacro %}

{# A float as DuckDB writes it: nan, inf, 12.5. (From 1e7 on Spark writes another form, 1.25E7, of the same number.) #}
{% macro float_as_text(expression) %}{{ return(adapter.dispatch('float_as_text', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__float_as_text(expression) %}{{ sales_kpis.as_text(expression) }}{% endmacro %}
{% macro spark__float_as_text(expression) %}replace(lower({{ sales_kpis.as_text(expression) }}), 'infinity', 'inf'){% endmacro %}

{# Whether a text holds a match of a regular expression (RE2 and Java share what this project uses). #}
{% macro matches(expression, pattern) %}{{ return(adapter.dispatch('matches', 'sales_kpis')(expression, pattern)) }}{% endmacro %}
{% macro duckdb__matches(expression, pattern) %}regexp_matches({{ expression }}, '{{ pattern }}'){% endmacro %}
{% macro spark__matches(expression, pattern) %}regexp_like({{ expression }}, r'{{ pattern }}'){% endmacro %}

{# The text with every match of the pattern replaced; \1 in the replacement is the match's first group. #}
{% macro replace_matches(expression, pattern, replacement) %}{{ return(adapter.dispatch('replace_matches', 'sales_kpis')(expression, pattern, replacement)) }}{% endmacro %}
{% macro duckdb__replace_matches(expression, pattern, replacement) %}regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g'){% endmacro %}
{% macro spark__replace_matches(expression, pattern, replacement) %}regexp_replace({{ expression }}, r'{{ pattern }}', '{{ replacement | replace('\\', '$') }}'){% endmacro %}

{# The first match's group number `group`; empty text without a match. #}
{% macro extract_match(expression, pattern, group=1) %}{{ return(adapter.dispatch('extract_match', 'sales_kpis')(expression, pattern, group)) }}{% endmacro %}
{% macro duckdb__extract_match(expression, pattern, group) %}regexp_extract({{ expression }}, '{{ pattern }}', {{ group }}){% endmacro %}
{% macro spark__extract_match(expression, pattern, group) %}regexp_extract({{ expression }}, r'{{ pattern }}', {{ group }}){% endmacro %}

{# A text constant, safe for any value. (Spark replaces ${name} in a query by a setting.) #}
{% macro text_literal(value) %}{{ return(adapter.dispatch('text_literal', 'sales_kpis')(value)) }}{% endmacro %}
{% macro duckdb__text_literal(value) %}'{{ value | string | replace("'", "''") }}'{% endmacro %}
{% macro spark__text_literal(value) %}'{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") | replace("${", "\\u0024{") }}'{% endmacro %}

{#
    A name as SQL takes it for a name, whatever it holds: of a column, a table or a schema that came from outside.
    (dbt's own `adapter.quote` and relations put it between quotation marks as it is.)
#}
{% macro quoted_name(name) %}{{ return(adapter.dispatch('quoted_name', 'sales_kpis')(name)) }}{% endmacro %}
{% macro duckdb__quoted_name(name) %}"{{ name | replace('"', '""') }}"{% endmacro %}
{% macro spark__quoted_name(name) %}`{{ name | replace('`', '``') }}`{% endmacro %}

{# The same for the name of a relation of dbt, which dbt puts between the quotation marks. #}
{% macro name_in_quotes(name) %}{{ return(sales_kpis.quoted_name(name)[1:-1]) }}{% endmacro %}

{# Without white space at its ends. #}
{% macro trimmed(expression) %}{{ return(adapter.dispatch('trimmed', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__trimmed(expression) %}trim({{ expression }}, e' \t\r\n'){% endmacro %}
{% macro spark__trimmed(expression) %}trim(both ' \t\r\n' from {{ expression }}){% endmacro %}

{# A number with thousands separated by commas and so many decimals: 1,234.5. #}
{% macro formatted_number(expression, decimals) %}{{ return(adapter.dispatch('formatted_number', 'sales_kpis')(expression, decimals)) }}{% endmacro %}
{% macro duckdb__formatted_number(expression, decimals) %}format('{:,.{{ decimals }}f}', cast({{ expression }} as double)){% endmacro %}
{% macro spark__formatted_number(expression, decimals) %}format_number(cast({{ expression }} as double), {{ decimals }}){% endmacro %}
