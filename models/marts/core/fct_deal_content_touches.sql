with

won_deals as (

    select
        deal_id,
        close_date
    from {{ ref('fct_deals') }}
    where is_won

),

people_of_deals as (

    select *
    from {{ ref('int_touches__deal_people') }}

),

content_touches as (

    select *
    from {{ ref('fct_content_touches') }}

),

-- Content seen after the close has not brought the deal.
touches_of_deals as (

    select
        won_deals.deal_id,
        content_touches.touch_id,
        won_deals.close_date,
        content_touches.touch_date,
        content_touches.content,
        content_touches.content_type,
        content_touches.channel
    from won_deals
    inner join people_of_deals
        on won_deals.deal_id = people_of_deals.deal_id
    inner join content_touches
        on
            people_of_deals.person_id = content_touches.person_id
            and won_deals.close_date >= content_touches.touch_date

)

select * from touches_of_deals
