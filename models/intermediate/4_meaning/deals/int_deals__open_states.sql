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

states as (

    select *
    from {{ ref('int_deals__states') }}

),

-- A deal that nobody knows the creation of is there when it is heard of first: at its first change,
-- else at its close.
first_known_dates as (

    select
        deals.deal_id,
        coalesce(
            deals.created_date,
            least(
                coalesce(
                    min(
                        case
                            when states.valid_from_date > {{ open_start() }}
                                then states.valid_from_date
                        end
                    ),
                    deals.close_date
                ),
                {{ as_of_date() }}
            )
        ) as first_known_date
    from deals
    inner join states
        on deals.deal_id = states.deal_id
    group by deals.deal_id, deals.created_date, deals.close_date

),

-- From its creation until the day before it was closed, except while it was in a closed stage
-- that it left again.
states_of_open_deals as (

    select
        deals.deal_id,
        deals.account_id,
        deals.currency_code,
        states.stage_id,
        states.rep_id,
        states.amount,
        states.expected_close_date,
        greatest(states.valid_from_date, first_known_dates.first_known_date) as open_from_date,
        least(
            states.valid_to_date,
            case
                when deals.is_closed then {{ add_days('deals.close_date', -1) }}
                else {{ as_of_date() }}
            end
        ) as open_to_date
    from states
    inner join deals
        on states.deal_id = deals.deal_id
    inner join first_known_dates
        on states.deal_id = first_known_dates.deal_id
    left join stages
        on states.stage_id = stages.stage_id
    where not (states.is_stage_left_later and coalesce(stages.is_closed, false))

),

open_states as (

    select *
    from states_of_open_deals
    where open_from_date <= open_to_date

)

select * from open_states
