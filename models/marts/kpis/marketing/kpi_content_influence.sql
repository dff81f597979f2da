{% set dimensions = ['content', 'content_type', 'channel'] %}

with

deals as (

    select
        deal_id,
        close_date
    from {{ ref('fct_deals') }}
    where is_won

),

content_touches as (

    select distinct
        content,
        content_type,
        coalesce(channel, '(none)') as channel
    from {{ ref('fct_content_touches') }}

),

deal_content_touches as (

    select distinct
        deal_id,
        content,
        content_type,
        coalesce(channel, '(none)') as channel
    from {{ ref('fct_deal_content_touches') }}

),

deals_with_touch as (

    select distinct deal_id
    from deal_content_touches

),

won_deals as (

    select
        deals.deal_id as fact_id,
        deals.close_date as kpi_date,
        case when deals_with_touch.deal_id is null then 0 else 1 end as numerator,
        1 as denominator
    from deals
    left join deals_with_touch
        on deals.deal_id = deals_with_touch.deal_id

){% for dimension in dimensions %},

-- Each {{ dimension }} that anybody touched has all won deals below it.
won_deals_by_{{ dimension }} as (

    select
        deals.deal_id as fact_id,
        deals.close_date as kpi_date,
        touched.{{ dimension }},
        case when touches_of_deals.deal_id is null then 0 else 1 end as numerator,
        1 as denominator
    from deals
    cross join (select distinct {{ dimension }} from content_touches) as touched
    left join (
        select distinct
            deal_id,
            {{ dimension }}
        from deal_content_touches
    ) as touches_of_deals
        on
            deals.deal_id = touches_of_deals.deal_id
            and touched.{{ dimension }} = touches_of_deals.{{ dimension }}

){% endfor %}

{{ kpi_rollup('won_deals', facts_by_dimension={
    'content': 'won_deals_by_content',
    'content_type': 'won_deals_by_content_type',
    'channel': 'won_deals_by_channel',
}) }}
