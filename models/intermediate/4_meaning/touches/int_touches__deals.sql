with

won_deals as (

    select
        deal_id,
        close_date,
        amount,
        {{ add_days(
            'coalesce(created_date, close_date)', -var('attribution_window_days')
        ) }} as first_touch_date
    from {{ ref('int_deals__valued') }}
    where is_won

),

people_of_deals as (

    select *
    from {{ ref('int_touches__deal_people') }}

),

touches as (

    select *
    from {{ ref('int_touches__resolved') }}

),

touches_of_deals as (

    select
        won_deals.deal_id,
        touches.touch_type || '/' || touches.fact_id as touch_id,
        touches.touch_type,
        touches.occurred_at,
        touches.channel,
        touches.campaign,
        touches.content
    from won_deals
    inner join people_of_deals
        on won_deals.deal_id = people_of_deals.deal_id
    inner join touches
        on
            people_of_deals.person_id = touches.person_id
            and touches.touch_date between won_deals.first_touch_date and won_deals.close_date

),

-- A deal that nothing touched has one touch, of nothing. Touches of one moment have an order of
-- their own: membership, click, lead, session, as the alphabet has it.
touches_in_order as (

    select
        won_deals.deal_id,
        won_deals.close_date,
        won_deals.amount as deal_amount,
        coalesce(touches_of_deals.touch_id, '(none)') as touch_id,
        touches_of_deals.touch_type,
        touches_of_deals.occurred_at,
        touches_of_deals.channel,
        touches_of_deals.campaign,
        touches_of_deals.content,
        row_number() over (
            partition by won_deals.deal_id
            order by
                touches_of_deals.occurred_at,
                touches_of_deals.touch_type,
                {{ key_order('touches_of_deals.touch_id') }}
        ) as touch_number,
        count(*) over (partition by won_deals.deal_id) as count_touches
    from won_deals
    left join touches_of_deals
        on won_deals.deal_id = touches_of_deals.deal_id

)

select * from touches_in_order
