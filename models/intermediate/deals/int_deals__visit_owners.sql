with

visits as (

    select
        deal_id,
        stage_id,
        visit_number,
        {{ local_date('entered_at') }} as entered_date,
        coalesce(closed_without_history_on, {{ local_date('left_at') }}) as left_date
    from {{ ref('int_deals__stage_visits') }}

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

owners_of_visits as (

    select
        visits.deal_id,
        visits.stage_id,
        visits.visit_number,
        entry_states.rep_id,
        coalesce(entry_assignments.team, entry_reps.team) as team,
        left_states.rep_id as left_rep_id,
        coalesce(left_assignments.team, left_reps.team) as left_team
    from
        visits
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

select * from owners_of_visits
