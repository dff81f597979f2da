{#
    met or missed once the period is complete. While it runs a value to be exceeded is met as soon as it is reached, and
    everything else is open. Null without a target or a value.
#}
{% macro target_status(value, target_value, direction, is_period_complete) -%}
case
            when {{ target_value }} is null or {{ value }} is null then null
            when {{ direction }} = 'higher' and {{ value }} >= {{ target_value }} then 'met'
            when not {{ is_period_complete }} then 'open'
            when {{ direction }} = 'lower' and {{ value }} <= {{ target_value }} then 'met'
            else 'missed'
        end
{%- endmacro %}
