with

stage_durations as (

    select
        deal_id,
        stage_id,
        visit_number,
        {{ local_date('entered_at') }} as entered_date,
        coalesce(closed_without_history_on, {{ local_date('left_at') }}) as left_date
    from {{ ref('int_deals__stage_durations') }}

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
    from {{ ref('int_reps__resolved') }}

),

assignments as (

    select *
    from {{ ref('int_reps__assignments') }}

),

owners_of_visits as (

    select
        stage_durations.deal_id,
        stage_durations.stage_id,
        stage_durations.visit_number,
        entry_states.rep_id,
        coalesce(entry_assignments.team, entry_reps.team) as team,
        left_states.rep_id as left_rep_id,
        coalesce(left_assignments.team, left_reps.team) as left_team
    from stage_durations
    left join states as entry_states
        on
            stage_durations.deal_id = entry_states.deal_id
            and stage_durations.entered_date
            between entry_states.valid_from_date and entry_states.valid_to_date
    left join reps as entry_reps
        on entry_states.rep_id = entry_reps.rep_id
    left join assignments as entry_assignments
        on
            entry_states.rep_id = entry_assignments.rep_id
            and stage_durations.entered_date
            between entry_assignments.valid_from and entry_assignments.valid_to
    left join states as left_states
        on
            stage_durations.deal_id = left_states.deal_id
            and stage_durations.left_date
            between left_states.valid_from_date and left_states.valid_to_date
    left join reps as left_reps
        on left_states.rep_id = left_reps.rep_id
    left join assignments as left_assignments
        on
            left_states.rep_id = left_assignments.rep_id
            and stage_durations.left_date
            between left_assignments.valid_from and left_assignments.valid_to

)

select * from owners_of_visits
