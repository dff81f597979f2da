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

    select
        content,
        content_type,
        coalesce(channel, '(none)') as channel
    from {{ ref('fct_content_touches') }}

),

deal_content_touches as (

    select
        deal_id,
        content,
        content_type,
        coalesce(channel, '(none)') as channel
    from {{ ref('fct_deal_content_touches') }}

),

touched_deals as (

    select distinct deal_id
    from deal_content_touches

),

won_deals as (

    select
        deals.deal_id as fact_id,
        deals.close_date as kpi_date,
        case when touched_deals.deal_id is null then 0 else 1 end as numerator,
        1 as denominator
    from deals
    left join touched_deals
        on deals.deal_id = touched_deals.deal_id

)

{%- for dimension in dimensions -%}
,

touched_{{ dimension }}s as (

    select distinct {{ dimension }}
    from content_touches

),

deals_by_touched_{{ dimension }} as (

    select distinct
        deal_id,
        {{ dimension }}
    from deal_content_touches

),

-- Content that anybody touched has all won deals below it.
won_deals_by_{{ dimension }} as (

    select
        deals.deal_id as fact_id,
        deals.close_date as kpi_date,
        touched_{{ dimension }}s.{{ dimension }},
        case when deals_by_touched_{{ dimension }}.deal_id is null then 0 else 1 end as numerator,
        1 as denominator
    from deals
    cross join touched_{{ dimension }}s
    left join deals_by_touched_{{ dimension }}
        on
            deals.deal_id = deals_by_touched_{{ dimension }}.deal_id
            and touched_{{ dimension }}s.{{ dimension }}
            = deals_by_touched_{{ dimension }}.{{ dimension }}

)

{%- endfor %}

{{ kpi_rollup(
    'won_deals', facts_by_dimension={
    'content': 'won_deals_by_content',
    'content_type': 'won_deals_by_content_type',
    'channel': 'won_deals_by_channel',
}
) }}
