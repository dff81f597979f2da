with

activities as (

    select *
    from {{ ref('int_activities__united') }}

),

account_identities as (

    select *
    from {{ ref('int_accounts__identities') }}

),

people as (

    select
        record_id,
        person_id
    from {{ ref('int_people__identities') }}
    where record_type = 'person'

),

lead_identities as (

    select *
    from {{ ref('int_leads__identities') }}

),

deals as (

    select
        deal_id,
        surviving_deal_id
    from {{ ref('int_deals__survivors') }}

),

-- A contact of HubSpot may be a lead itself, under the same id.
-- Facts after `as_of_date` do not exist. A call, email or meeting is an outreach when a rep made it
-- and no machine sent it.
activities_of_identities as (

    select
        activities.activity_id,
        activities.system,
        activities.activity_type,
        activities.occurred_at,
        {{ local_date('activities.occurred_at') }} as activity_date,
        activities.rep_id,
        account_identities.account_id,
        people.person_id,
        lead_identities.lead_id,
        coalesce(deals.surviving_deal_id, activities.deal_id) as deal_id,
        activities.direction,
        activities.outcome,
        coalesce(activities.is_automated, false) as is_automated,
        coalesce(
            activities.activity_type in ('call', 'email', 'meeting')
            and activities.direction = 'outbound'
            and activities.rep_id is not null
            and not coalesce(activities.is_automated, false),
            false
        ) as is_outreach
    from activities
    left join account_identities
        on activities.account_record_id = account_identities.account_record_id
    left join people
        on activities.person_record_id = people.record_id
    left join lead_identities
        on
            coalesce(activities.lead_id, activities.person_record_id)
            = lead_identities.lead_record_id
    left join deals
        on activities.deal_id = deals.deal_id
    where
        not coalesce(activities.is_deleted, false)
        and {{ local_date('activities.occurred_at') }} <= {{ as_of_date() }}

)

select * from activities_of_identities
