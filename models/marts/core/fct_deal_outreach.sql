with

deal_outreach as (

    select
        deal_id,
        activity_id
    from {{ ref('int_activities__deal_outreach') }}

),

activities as (

    select
        activity_id,
        activity_type,
        activity_date,
        occurred_at
    from {{ ref('int_activities__resolved') }}

),

outreach_of_deals as (

    select
        deal_outreach.deal_id,
        deal_outreach.activity_id,
        activities.activity_type,
        activities.activity_date,
        activities.occurred_at
    from deal_outreach
    inner join activities
        on deal_outreach.activity_id = activities.activity_id

)

select * from outreach_of_deals
