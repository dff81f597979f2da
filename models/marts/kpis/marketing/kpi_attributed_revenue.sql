with

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
    from {{ ref('fct_deals') }}
    where is_won

)

{%- for attribution_model in attribution_models() -%}
,

{{ attribution_model }}_shares as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        channel as channel__{{ attribution_model }},
        campaign as campaign__{{ attribution_model }},
        content as content__{{ attribution_model }},
        amount as numerator
    from attributed_touches
    where attribution_model = '{{ attribution_model }}'

)

{%- endfor %}

{{ kpi_rollup(
    'won_deals',
    facts_by_dimension={
        'channel__first_touch': 'first_touch_shares',
        'channel__last_touch': 'last_touch_shares',
        'channel__linear': 'linear_shares',
        'channel__position_based': 'position_based_shares',
        'campaign__first_touch': 'first_touch_shares',
        'campaign__last_touch': 'last_touch_shares',
        'campaign__linear': 'linear_shares',
        'campaign__position_based': 'position_based_shares',
        'content__first_touch': 'first_touch_shares',
        'content__last_touch': 'last_touch_shares',
        'content__linear': 'linear_shares',
        'content__position_based': 'position_based_shares',
    }
) }}
