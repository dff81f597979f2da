with

activities as (

    select *
    from {{ ref('int_activities__resolved') }}

),

people as (

    select
        person_id,
        account_id
    from {{ ref('int_people__resolved') }}

),

placements as (

    select *
    from {{ ref('int_reps__placements') }}

),

-- An activity belongs to where its rep was on its day.
described_activities as (

    select
        activities.activity_id,
        activities.system,
        activities.activity_type,
        activities.occurred_at,
        activities.activity_date,
        activities.rep_id,
        placements.team,
        placements.territory,
        coalesce(activities.account_id, people.account_id) as account_id,
        activities.person_id,
        activities.lead_id,
        activities.deal_id,
        activities.direction,
        activities.outcome,
        activities.is_automated,
        activities.activity_type in ('call', 'email', 'meeting')
        and activities.rep_id is not null
        and not activities.is_automated as is_by_rep,
        activities.is_outreach,
        coalesce(activities.activity_type = 'call' and activities.outcome = 'connected', false)
            as is_connected,
        coalesce(activities.activity_type = 'meeting' and activities.outcome = 'held', false)
            as is_held
    from activities
    left join people
        on activities.person_id = people.person_id
    left join placements
        on
            activities.rep_id = placements.rep_id
            and activities.activity_date between placements.valid_from and placements.valid_to

)

select * from described_activities
