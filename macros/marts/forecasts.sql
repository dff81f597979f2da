{# The kinds of quarters that are forecast. #}
{% macro forecast_grains() %}{{ return(sales_kpis.period_grains() | select('in', ['quarter', 'fiscal_quarter']) | list) }}{% endmacro %}

{# The group of an open deal's age, in days since its creation, on a day. #}
{% macro age_group(created_date, day) -%}
case
            when {{ created_date }} is null then '(none)'
            when {{ sales_kpis.days_between(created_date, day) }} <= 30 then '0–30'
            when {{ sales_kpis.days_between(created_date, day) }} <= 90 then '31–90'
            when {{ sales_kpis.days_between(created_date, day) }} <= 180 then '91–180'
            else '181+'
        end
{%- endmacro %}

{# How many futures are drawn for the interval of a forecast. #}
{% macro count_draws() %}{{ return(200) }}{% endmacro %}

{#
    A draw from 0 to 2^32 - 1, the same in every build: of the seed 1, the number of the future, and what is drawn for.
    A share is drawn where the draw is less than it times 2^32.
#}
{% macro draw(number, what) -%}
{{ sales_kpis.number_of_hash("'1|' || " ~ sales_kpis.as_text(number) ~ " || '|' || " ~ what) }}
{%- endmacro %}

{# The systems that tell, of at least one closed deal, an open stage in which it stood. #}
{% macro systems_with_stage_history() -%}
select distinct deals.system
    from {{ ref('fct_deal_stage_visits') }} as stage_visits
    inner join {{ ref('fct_deals') }} as deals
        on stage_visits.deal_id = deals.deal_id
    where
        deals.is_closed
        and not stage_visits.is_won_stage
        and not stage_visits.is_lost_stage
{%- endmacro %}
