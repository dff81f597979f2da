{{ config(materialized=passing_on()) }}

with

open_states as (

    select *
    from {{ ref('int_deals__open_states') }}

),

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

range_of_dates as (

    select
        coalesce(min(open_from_date), {{ as_of_date() }}) as first_date,
        {{ as_of_date() }} as last_date
    from open_states

),

days as (

    {{ days_from_to('first_date', 'last_date', 'range_of_dates') }}

),

-- The ends of the weeks and months, at which periods end and begin, and today.
snapshot_dates as (

    select date_day as snapshot_date
    from days
    where
        {{ iso_weekday('date_day') }} = 7
        or extract(day from {{ add_days('date_day', 1) }}) = 1
        or date_day = {{ as_of_date() }}

),

snapshots as (

    select
        snapshot_dates.snapshot_date,
        open_states.deal_id,
        open_states.account_id,
        open_states.stage_id,
        open_states.rep_id,
        open_states.expected_close_date,
        open_states.currency_code,
        coalesce(open_states.amount, 0) as amount_in_currency,
        rates.rate_to_reporting as exchange_rate
    from open_states
    inner join snapshot_dates
        on
            snapshot_dates.snapshot_date
            between open_states.open_from_date and open_states.open_to_date
    left join rates
        on
            {{ currency_code_of('open_states.currency_code') }} = rates.currency_code
            and snapshot_dates.snapshot_date between rates.valid_from and rates.valid_to

)

select * from snapshots
