with

visits as (

    select
        *,
        {{ local_date('entered_at') }} as entered_date,
        coalesce(closed_without_history_on, {{ local_date('left_at') }}) as left_date
    from {{ ref('int_deals__stage_durations') }}

),

stages as (

    select *
    from {{ ref('int_deals__stages') }}

),

deals as (

    select
        deal_id,
        is_won
    from {{ ref('fct_deals') }}

),

owners as (

    select *
    from {{ ref('int_deals__stage_duration_owners') }}

),

-- A later stage has a higher order in the same pipeline; a lost stage is never later.
visits_with_last_stage as (

    select
        visits.*,
        coalesce(stages.stage, {{ native_id_of('visits.stage_id') }}) as stage,
        stages.stage_order,
        coalesce(stages.is_won, false) as is_won_stage,
        coalesce(stages.is_closed and not stages.is_won, false) as is_lost_stage,
        max(case when not (stages.is_closed and not stages.is_won) then stages.stage_order end)
            over (
                partition by visits.deal_id, stages.pipeline_id order by visits.entry_number
                rows between 1 following and unbounded following
            ) as highest_order_afterwards
    from visits
    left join stages
        on visits.stage_id = stages.stage_id

),

stage_visits as (

    select
        visits.deal_id,
        visits.stage_id,
        visits.stage,
        visits.stage_order,
        cast(visits.visit_number as bigint) as visit_number,
        visits.visit_number = 1 as is_first_visit,
        visits.entered_at,
        visits.entered_date,
        case when visits.left_date is not null then greatest(visits.left_at, visits.entered_at) end
            as left_at,
        visits.left_date,
        cast({{ days_between('visits.entered_date', 'visits.left_date') }} as bigint)
            as days_in_stage,
        owners.rep_id,
        owners.team,
        owners.left_rep_id,
        owners.left_team,
        visits.is_won_stage,
        visits.is_lost_stage,
        deals.is_won or coalesce(visits.highest_order_afterwards > visits.stage_order, false)
            as went_on,
        visits.visit_number = 1
        and not visits.is_won_stage
        and not visits.is_lost_stage
        and visits.entered_date is not null
        and visits.left_date is not null
            as is_left_stage
    from visits_with_last_stage as visits
    inner join deals
        on visits.deal_id = deals.deal_id
    left join owners
        on
            visits.deal_id = owners.deal_id
            and visits.stage_id = owners.stage_id
            and visits.visit_number = owners.visit_number

)

select * from stage_visits
