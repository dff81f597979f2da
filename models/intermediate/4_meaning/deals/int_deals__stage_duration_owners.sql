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

placements as (

    select *
    from {{ ref('int_reps__placements') }}

),

owners_of_visits as (

    select
        stage_durations.deal_id,
        stage_durations.stage_id,
        stage_durations.visit_number,
        entry_states.rep_id,
        entry_placements.team,
        left_states.rep_id as left_rep_id,
        left_placements.team as left_team
    from stage_durations
    left join states as entry_states
        on
            stage_durations.deal_id = entry_states.deal_id
            and stage_durations.entered_date
            between entry_states.valid_from_date and entry_states.valid_to_date
    left join placements as entry_placements
        on
            entry_states.rep_id = entry_placements.rep_id
            and stage_durations.entered_date
            between entry_placements.valid_from and entry_placements.valid_to
    left join states as left_states
        on
            stage_durations.deal_id = left_states.deal_id
            and stage_durations.left_date
            between left_states.valid_from_date and left_states.valid_to_date
    left join placements as left_placements
        on
            left_states.rep_id = left_placements.rep_id
            and stage_durations.left_date
            between left_placements.valid_from and left_placements.valid_to

)

select * from owners_of_visits
