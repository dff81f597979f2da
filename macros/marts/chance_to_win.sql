{# The chance of a stage by the CRM, 0 to 1, from its probability in percent; a stage without one has none. #}
{% macro chance_to_win(probability) -%}
cast(greatest(least(coalesce({{ probability }}, 0), 100), 0) / 100 as decimal(9, 8))
{%- endmacro %}
