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

{#
    How far a value reaches its target, 1 where it does: the value by the target, or, where lower is better, the target by the
    value. Null where no quotient says it: without both, or with a target or value that is not above 0.
#}
{% macro target_attainment(value, target_value, direction) -%}
case
            when {{ value }} > 0 and {{ target_value }} > 0
                then
                    case
                        when {{ direction }} = 'lower' then {{ sales_kpis.safe_ratio(target_value, value) }}
                        else {{ sales_kpis.safe_ratio(value, target_value) }}
                    end
        end
{%- endmacro %}

{#
    on_track, at_risk or missed by the attainment and two settings; where there is no quotient, on_track if the target is reached,
    else missed. Null without a target or a value.
#}
{% macro attainment_status(attainment, value, target_value, direction) -%}
case
            when {{ target_value }} is null or {{ value }} is null then null
            when not ({{ sales_kpis.is_more_than(sales_kpis.setting('on_track_attainment'), attainment) }}) then 'on_track'
            when not ({{ sales_kpis.is_more_than(sales_kpis.setting('at_risk_attainment'), attainment) }}) then 'at_risk'
            when {{ attainment }} is not null then 'missed'
            when {{ value }} = {{ target_value }} then 'on_track'
            when ({{ value }} > {{ target_value }}) = ({{ direction }} = 'higher') then 'on_track'
            else 'missed'
        end
{%- endmacro %}
