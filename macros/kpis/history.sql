{#
    Whether an earlier period belongs to the history by which a later one of its grain is judged: the twelve periods before; of
    weeks those of the same season, up to six weeks before or after the same week of an earlier year; of days the same weekday of
    twelve weeks.
#}
{% macro is_in_history(earlier, later, grain) -%}
{%- set days = sales_kpis.days_between(earlier, later) -%}
case {{ grain }}
                when 'day' then {{ days }} between 7 and 84 and {{ days }} % 7 = 0
                when 'week' then {{ days }} >= 322 and ({{ days }} + 42) % 364 <= 84
                when 'month' then {{ earlier }} < {{ later }} and {{ earlier }} >= {{ sales_kpis.add_months_to(later, -12) }}
                when 'quarter' then {{ earlier }} < {{ later }} and {{ earlier }} >= {{ sales_kpis.add_months_to(later, -36) }}
                when 'fiscal_quarter' then {{ earlier }} < {{ later }} and {{ earlier }} >= {{ sales_kpis.add_months_to(later, -36) }}
                else {{ earlier }} < {{ later }} and {{ earlier }} >= {{ sales_kpis.add_months_to(later, -144) }}
            end
{%- endmacro %}

{# Whether one of two values of a count is as much as `min_sample_size`; of any other unit its own sample says it. #}
{% macro is_enough_of_a_count(unit, value, other) -%}
({{ unit }} <> 'count' or greatest({{ value }}, {{ other }}) >= {{ sales_kpis.setting('min_sample_size') }})
{%- endmacro %}
