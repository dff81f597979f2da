with

lifecycle_events as (

    select *
    from {{ ref('int_lifecycle_events__resolved') }}

),

accounts as (

    select *
    from {{ ref('int_accounts__placements') }}

),

-- An account is where it was on the day.
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
        accounts.territory,
        accounts.market,
        accounts.segment
    from lifecycle_events
    left join accounts
        on
            lifecycle_events.account_id = accounts.account_id
            and lifecycle_events.event_date between accounts.valid_from and accounts.valid_to

)

select * from described_events
