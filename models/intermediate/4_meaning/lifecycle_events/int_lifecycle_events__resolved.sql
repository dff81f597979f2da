with

lifecycle_events as (

    select *
    from {{ ref('int_lifecycle_events__united') }}

),

account_identities as (

    select
        account_record_id,
        account_id
    from {{ ref('int_accounts__identities') }}

),

people as (

    select
        identities.record_id,
        people.person_id,
        people.account_id
    from {{ ref('int_people__identities') }} as identities
    inner join {{ ref('int_people__resolved') }} as people
        on identities.person_id = people.person_id
    where identities.record_type = 'person'

),

-- Facts after `as_of_date` do not exist. An event of a person is one of the person's account.
events_of_identities as (

    select
        lifecycle_events.system,
        lifecycle_events.event_id,
        lifecycle_events.event_type,
        lifecycle_events.occurred_at,
        {{ local_date('lifecycle_events.occurred_at') }} as event_date,
        coalesce(account_identities.account_id, people.account_id) as account_id,
        people.person_id,
        lifecycle_events.reason
    from lifecycle_events
    left join account_identities
        on lifecycle_events.account_record_id = account_identities.account_record_id
    left join people
        on lifecycle_events.person_record_id = people.record_id
    where {{ local_date('lifecycle_events.occurred_at') }} <= {{ as_of_date() }}

)

select * from events_of_identities
