{% set reporting_currency = text_literal(var('reporting_currency')) %}

with

deals as (

    select
        deal_id,
        account_id,
        created_date,
        is_closed,
        close_date,
        currency_code
    from {{ ref('int_deals__valued') }}

),

stages as (

    select
        stage_id,
        is_closed
    from {{ ref('int_deals__stages') }}

),

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

-- From its creation until the day before it was closed, except while it was in a closed stage that it
-- left again.
states_of_open_deals as (

    select
        deals.deal_id,
        deals.account_id,
        deals.currency_code,
        states.stage_id,
        states.rep_id,
        states.amount,
        states.expected_close_date,
        greatest(states.valid_from_date, coalesce(deals.created_date, states.valid_from_date))
            as open_from_date,
        least(
            states.valid_to_date,
            case
                when deals.is_closed then {{ add_days('deals.close_date', -1) }}
                else {{ as_of_date() }}
            end
        ) as open_to_date
    from {{ ref('int_deals__states') }} as states
    inner join deals
        on states.deal_id = deals.deal_id
    left join stages
        on states.stage_id = stages.stage_id
    where not (states.is_stage_left_later and coalesce(stages.is_closed, false))

),

range_of_dates as (

    select
        min(created_date) as first_date,
        {{ as_of_date() }} as last_date
    from deals

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
        states.deal_id,
        states.account_id,
        states.stage_id,
        states.rep_id,
        states.expected_close_date,
        states.currency_code,
        coalesce(states.amount, 0) as amount_in_currency,
        case
            when coalesce(states.currency_code, {{ reporting_currency }}) = {{ reporting_currency }}
                then cast(1 as decimal(18, 8))
            else rates.rate_to_reporting
        end as exchange_rate
    from states_of_open_deals as states
    inner join snapshot_dates
        on snapshot_dates.snapshot_date between states.open_from_date and states.open_to_date
    left join rates
        on
            states.currency_code = rates.currency_code
            and snapshot_dates.snapshot_date between rates.valid_from and rates.valid_to

)

select * from snapshots
