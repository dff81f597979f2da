with

deals as (

    select
        *,
        upper(currency) as currency_code,
        {{ local_date('created_at') }} as created_date
    from {{ ref('int_deals__united') }}
    where deal_id = surviving_deal_id and not is_deleted

),

states as (

    select *
    from {{ ref('int_deals__states') }}
    where {{ as_of_date() }} between valid_from_date and valid_to_date

),

stages as (

    select *
    from {{ ref('int_deals__stages') }}

),

-- Facts after `as_of_date` do not exist: a deal created later is not there yet, one closed later is
-- still open, one that left a closed stage later was closed. A closed deal without a close date can
-- be in no period; `rejected_rows` names it.
existing_deals as (

    select
        deals.*,
        coalesce(deals.is_closed and deals.close_date <= {{ as_of_date() }}, false)
            as is_closed_for_good,
        coalesce(states.is_stage_left_later and stages.is_closed, false) as is_reopened_later,
        coalesce(stages.is_won, false) as is_won_then,
        states.deal_id is not null as has_state,
        states.stage_id as stage_id_then,
        stages.stage as stage_then,
        states.rep_id as rep_id_then,
        states.amount as amount_then,
        states.expected_close_date as expected_close_date_then,
        states.valid_from_date as state_date
    from deals
    left join states
        on deals.deal_id = states.deal_id
    left join stages
        on states.stage_id = stages.stage_id
    where
        coalesce(deals.created_date <= {{ as_of_date() }}, true)
        and not (deals.is_closed and deals.close_date is null)

),

-- A deal closed for good is what its record says; of any other the stage, owner, amount and
-- expected close are those that it had at the end of `as_of_date`.
deals_as_of_date as (

    select
        system,
        deal_id,
        account_record_id,
        created_at,
        created_date,
        deal_type,
        lead_source,
        campaign_id,
        competitor,
        loss_reason,
        contract_term_months,
        currency_code,
        is_closed_for_good or is_reopened_later as is_closed,
        case when is_closed_for_good then is_won else is_reopened_later and is_won_then end
            as is_won,
        case
            when is_closed_for_good or not is_reopened_later then close_date
            when expected_close_date_then <= {{ as_of_date() }} then expected_close_date_then
            else state_date
        end as close_date,
        case when is_closed_for_good or not has_state then stage_id else stage_id_then end
            as stage_id,
        case
            when is_closed_for_good or not has_state or stage_id = stage_id_then then stage
            else coalesce(stage_then, {{ replace_matches('stage_id_then', '^[a-z_]+:', '') }})
        end as stage,
        case when is_closed_for_good or not has_state then rep_id else rep_id_then end as rep_id,
        case when is_closed_for_good or not has_state then amount else amount_then end as amount,
        case
            when is_closed_for_good or not has_state then expected_close_date
            else expected_close_date_then
        end as expected_close_date
    from existing_deals

)

select * from deals_as_of_date
