{#
    The project's types. Money and measures are decimals, so that a sum does not depend on the order of its terms. A rate
    has digits enough for 1 / 30,000; with more of them Spark, whose products have 38, would cut those of an amount.
#}

{% macro sql_type(name) %}
    {%- set types = {
        'text': dbt.type_string(),
        'int': 'bigint',
        'decimal': 'decimal(20, 6)',
        'date': 'date',
        'timestamp': 'timestamp',
        'bool': 'boolean',
        'measure': 'decimal(28, 8)',
        'rate': 'decimal(24, 16)',
    } -%}
    {%- if name not in types -%}
        {{ exceptions.raise_compiler_error("Unknown type '" ~ name ~ "': use one of " ~ types.keys() | join(', ') ~ ".") }}
    {%- endif -%}
    {{ return(types[name]) }}
{% endmacro %}

{# Amounts and the two parts of a KPI. #}
{% macro as_measure(expression) %}cast({{ expression }} as {{ sales_kpis.sql_type('measure') }}){% endmacro %}

{# The value of a KPI; null where the denominator is zero or absent, so never infinite. #}
{% macro safe_ratio(numerator, denominator) %}cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0){% endmacro %}

{#
    At the end of an aggregate of floats: the order in which DuckDB adds them up, so that each build has the same digits, whatever
    its threads do. Spark has none.
#}
{% macro in_order_of(expression) %}{{ return(adapter.dispatch('in_order_of', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__in_order_of(expression) %}order by {{ expression }}{% endmacro %}
{% macro spark__in_order_of(expression) %}{% endmacro %}

{# How a relation's column type is read: text, int, float, decimal, bool, date, instant (with zone), timestamp (without), other. #}
{% macro type_family(data_type) %}{{ return(adapter.dispatch('type_family', 'sales_kpis')(data_type)) }}{% endmacro %}
{% macro default__type_family(data_type) %}
    {%- set name = data_type | lower -%}
    {#- A list is called varchar[] (DuckDB) or array<string> (Spark). -#}
    {%- if name.endswith(']') -%}{{ return('other') }}
    {%- elif name.startswith(('varchar', 'string', 'text', 'char')) -%}{{ return('text') }}
    {%- elif name in ('tinyint', 'smallint', 'int', 'integer', 'bigint', 'hugeint', 'utinyint', 'usmallint', 'uinteger', 'ubigint') -%}{{ return('int') }}
    {%- elif name in ('float', 'double', 'real') -%}{{ return('float') }}
    {%- elif name.startswith(('decimal', 'numeric')) -%}{{ return('decimal') }}
    {%- elif name.startswith('bool') -%}{{ return('bool') }}
    {%- elif name == 'date' -%}{{ return('date') }}
    {%- elif name in ('timestamp with time zone', 'timestamptz') -%}{{ return('instant') }}
    {%- elif name.startswith('timestamp') -%}{{ return('timestamp') }}
    {%- else -%}{{ return('other') }}{%- endif -%}
{% endmacro %}
{% macro spark__type_family(data_type) %}{{ return('instant' if data_type | lower == 'timestamp' else sales_kpis.default__type_family(data_type)) }}{% endmacro %}
