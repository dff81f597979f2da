{% set touched = ['channel', 'campaign', 'content'] %}
{% set touches_by_dimension = {} %}
{% for attribution_model in attribution_models() %}
    {% for dimension in touched %}
        {% do touches_by_dimension.update({
            dimension ~ '__' ~ attribution_model: attribution_model ~ '_shares'
        }) %}
    {% endfor %}
{% endfor %}

with

deals as (

    select
        deal_id,
        close_date,
        amount
    from {{ ref('fct_deals') }}
    where is_won

),

attributed_touches as (

    select
        deal_id,
        attribution_model,
        close_date,
        channel,
        campaign,
        content,
        amount
    from {{ ref('fct_attributed_touches') }}

),

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        amount as numerator
    from deals

){% for attribution_model in attribution_models() %},

{{ attribution_model }}_shares as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        {% for dimension in touched -%}
        {{ dimension }} as {{ dimension }}__{{ attribution_model }},
        {% endfor -%}
        amount as numerator
    from attributed_touches
    where attribution_model = '{{ attribution_model }}'

){% endfor %}

{{ kpi_rollup('won_deals', facts_by_dimension=touches_by_dimension, is_ratio=false) }}
