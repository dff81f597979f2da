{% set has_state = 'states.deal_id is not null' %}
{% set had_other_date = 'states.is_close_date_changed_later and states.is_in_last_stage' %}
{% set has_own_stage = 'deals.is_closed_for_good or states.deal_id is null' %}

with

-- The values at the end of `as_of_date`.
states as (

    select
        deal_states.*,
        deal_stages.stage,
        coalesce(deal_states.is_stage_left_later and deal_stages.is_closed, false)
            as is_reopened_later,
        coalesce(deal_stages.is_won, false) as is_won
    from {{ ref('int_deals__states') }} as deal_states
    left join {{ ref('int_deals__stages') }} as deal_stages
        on deal_states.stage_id = deal_stages.stage_id
    where {{ as_of_date() }} between deal_states.valid_from_date and deal_states.valid_to_date

),

-- Facts after `as_of_date` do not exist: a deal created later is not there yet, one closed later is
-- still open, one that left a closed stage later was closed. The close date is that of the day if
-- history knows that the deal stood in its last stage already, else that of its record. A closed
-- deal without one can be in no period; `rejected_rows` names it.
existing_deals as (

    select
        deals.*,
        upper(deals.currency) as currency_code,
        {{ local_date('deals.created_at') }} as created_date,
        not coalesce(states.is_reopened_later, false) and coalesce(
            deals.is_closed
            and case
                when {{ had_other_date }} then states.expected_close_date else deals.close_date
            end
            <= {{ as_of_date() }},
            false
        ) as is_closed_for_good,
        case
            when states.is_close_date_changed_later then states.expected_close_date
            else deals.close_date
        end as close_date_then
    from {{ ref('int_deals__delivered') }} as deals
    left join states
        on deals.deal_id = states.deal_id
    where
        deals.deal_id = deals.surviving_deal_id
        and not deals.is_deleted
        and coalesce({{ local_date('deals.created_at') }} <= {{ as_of_date() }}, true)
        and not (deals.is_closed and deals.close_date is null)

),

-- Owner, amount and dates are those of that day, of a closed deal too; so is the stage, except of a
-- deal that was closed later under an earlier date.
deals_as_of_date as (

    select
        deals.system,
        deals.deal_id,
        deals.account_record_id,
        deals.created_at,
        deals.created_date,
        deals.deal_type,
        deals.lead_source,
        deals.campaign_id,
        deals.competitor,
        deals.contract_term_months,
        deals.currency_code,
        deals.is_closed_for_good or coalesce(states.is_reopened_later, false) as is_closed,
        case
            when deals.is_closed_for_good then deals.is_won
            else coalesce(states.is_reopened_later and states.is_won, false)
        end as is_won,
        case
            when deals.is_closed_for_good and deals.close_date_then <= {{ as_of_date() }}
                then deals.close_date_then
            when not coalesce(states.is_reopened_later, false) then deals.close_date
            when states.expected_close_date <= {{ as_of_date() }} then states.expected_close_date
            else states.valid_from_date
        end as close_date,
        case when {{ has_own_stage }} then deals.stage_id else states.stage_id end as stage_id,
        case
            when {{ has_own_stage }} or deals.stage_id = states.stage_id then deals.stage
            else coalesce(states.stage, {{ native_id_of('states.stage_id') }})
        end as stage,
        case when {{ has_state }} then states.rep_id else deals.rep_id end as rep_id,
        case when {{ has_state }} then states.amount else deals.amount end as amount_in_currency,
        case when {{ has_own_stage }} then deals.expected_close_date else states.expected_close_date
        end as expected_close_date
    from existing_deals as deals
    left join states
        on deals.deal_id = states.deal_id

)

select * from deals_as_of_date
