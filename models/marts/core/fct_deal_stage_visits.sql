with

visits as (

    select
        *,
        {{ local_date('entered_at') }} as entered_date,
        coalesce(closed_without_history_on, {{ local_date('left_at') }}) as left_date
    from {{ ref('int_deals__stage_visits') }}

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

states as (

    select
        deal_id,
        valid_from_date,
        valid_to_date,
        rep_id
    from {{ ref('int_deals__states') }}

),

reps as (

    select
        rep_id,
        team
    from {{ ref('int_reps__united') }}

),

assignments as (

    select *
    from {{ ref('int_reps__assignments') }}

),

-- A later stage has a higher order in the same pipeline; a lost stage is never later.
visits_with_last_stage as (

    select
        visits.*,
        coalesce(stages.stage, {{ replace_matches('visits.stage_id', '^[a-z_]+:', '') }}) as stage,
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
        entry_states.rep_id,
        coalesce(entry_assignments.team, entry_reps.team) as team,
        left_states.rep_id as left_rep_id,
        coalesce(left_assignments.team, left_reps.team) as left_team,
        visits.is_won_stage,
        visits.is_lost_stage,
        deals.is_won or coalesce(visits.highest_order_afterwards > visits.stage_order, false)
            as went_on
    from visits_with_last_stage as visits
    inner join deals
        on visits.deal_id = deals.deal_id
    {%- for moment in ['entry', 'left'] %}
    {%- set date = 'visits.entered_date' if moment == 'entry' else 'visits.left_date' %}
    left join states as {{ moment }}_states
        on
            visits.deal_id = {{ moment }}_states.deal_id
            and {{ date }}
            between {{ moment }}_states.valid_from_date and {{ moment }}_states.valid_to_date
    left join reps as {{ moment }}_reps
        on {{ moment }}_states.rep_id = {{ moment }}_reps.rep_id
    left join assignments as {{ moment }}_assignments
        on
            {{ moment }}_states.rep_id = {{ moment }}_assignments.rep_id
            and {{ date }}
            between {{ moment }}_assignments.valid_from and {{ moment }}_assignments.valid_to
    {%- endfor %}

)

select * from stage_visits
