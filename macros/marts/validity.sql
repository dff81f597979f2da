{# Since always and for good: the ends of a validity that states none, so that a day can be compared with both. #}
{% macro open_start() %}date '1900-01-01'{% endmacro %}
{% macro open_end() %}date '2199-12-31'{% endmacro %}
