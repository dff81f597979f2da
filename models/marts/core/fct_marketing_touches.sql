with

touches as (

    select *
    from {{ ref('int_touches__resolved') }}

),

people as (

    select
        person_id,
        account_id
    from {{ ref('int_people__resolved') }}

),

touches_of_people as (

    select
        touches.touch_type || '/' || touches.fact_id as touch_id,
        touches.touch_type,
        people.person_id,
        people.account_id,
        touches.occurred_at,
        touches.touch_date,
        touches.channel,
        touches.campaign,
        touches.content
    from touches
    inner join people
        on touches.person_id = people.person_id

)

select * from touches_of_people
