with

lifecycle_events as (

    select *
    from {{ ref('int_lifecycle_events__resolved') }}

),

accounts as (

    select *
    from {{ ref('int_accounts__resolved') }}

),

reps as (

    select
        rep_id,
        territory
    from {{ ref('int_reps__resolved') }}

),

assignments as (

    select *
    from {{ ref('int_reps__assignments') }}

),

-- The territory of an account is its own, else its owner's on the day.
described_events as (

    select
        lifecycle_events.event_id,
        lifecycle_events.system,
        lifecycle_events.event_type,
        lifecycle_events.occurred_at,
        lifecycle_events.event_date,
        lifecycle_events.account_id,
        lifecycle_events.person_id,
        lifecycle_events.reason,
        coalesce(accounts.territory, assignments.territory, reps.territory) as territory,
        accounts.market,
        accounts.segment
    from lifecycle_events
    left join accounts
        on lifecycle_events.account_id = accounts.account_id
    left join reps
        on accounts.rep_id = reps.rep_id
    left join assignments
        on
            accounts.rep_id = assignments.rep_id
            and lifecycle_events.event_date between assignments.valid_from and assignments.valid_to

)

select * from described_events
