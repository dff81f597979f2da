{#
    Whether a value is above a limit by more than what rounding does to computed values, so that what lies on a limit lies there in
    each build and on each engine: 0.44 is not below 0.55 less 20 %, though their floats are. Null where one of them is.
#}
{% macro is_more_than(value, limit) -%}
{{ value }} - ({{ limit }}) > 1e-9 * greatest(abs({{ value }}), abs({{ limit }}))
{%- endmacro %}
