with

coverage as (

    select
        account_id,
        valid_from,
        valid_to,
        cover
    from {{ ref('int_customers__coverage') }}

),

subscribers as (

    select distinct account_id
    from coverage
    where cover = 'subscription'

),

-- A customer with subscriptions has only their ends. Covers begun on one day are one.
covers as (

    select
        coverage.account_id,
        coverage.valid_from,
        max(coverage.valid_to) as valid_to
    from coverage
    left join subscribers
        on coverage.account_id = subscribers.account_id
    where
        coverage.valid_from <= {{ as_of_date() }}
        and (coverage.cover = 'subscription' or subscribers.account_id is null)
    group by coverage.account_id, coverage.valid_from

),

covers_with_earlier as (

    select
        *,
        max(valid_to) over (
            partition by account_id order by valid_from
            rows between unbounded preceding and 1 preceding
        ) as earlier_valid_to
    from covers

),

-- An end that an earlier cover outlasts is none, so each of the others ends later than all before.
lasting_covers as (

    select
        account_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by account_id order by valid_from) as next_valid_from
    from covers_with_earlier
    where coalesce(valid_to > earlier_valid_to, true)

),

accounts as (

    select *
    from {{ ref('int_accounts__placements') }}

),

coverage_ends as (

    select
        lasting_covers.account_id,
        lasting_covers.valid_to as ended_on,
        lasting_covers.valid_from as begun_on,
        coalesce(
            lasting_covers.next_valid_from
            <= {{ add_days('lasting_covers.valid_to', var('churn_grace_days')) }},
            false
        ) as is_renewed,
        accounts.territory,
        accounts.market,
        accounts.segment
    from lasting_covers
    left join accounts
        on
            lasting_covers.account_id = accounts.account_id
            and lasting_covers.valid_to between accounts.valid_from and accounts.valid_to
    where lasting_covers.valid_to <= {{ as_of_date() }}

)

select * from coverage_ends
