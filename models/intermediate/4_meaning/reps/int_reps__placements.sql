with

reps as (

    select
        rep_id,
        team,
        territory
    from {{ ref('int_reps__resolved') }}

),

assignments as (

    select *
    from {{ ref('int_reps__assignments') }}

),

-- The days are cut wherever an assignment begins or has ended. A queue that is no rep may be
-- assigned, too.
cuts as (

    select
        rep_id,
        {{ open_start() }} as starts_on
    from reps
    union distinct
    select
        rep_id,
        {{ open_start() }} as starts_on
    from assignments
    union distinct
    select
        rep_id,
        valid_from as starts_on
    from assignments
    union distinct
    select
        rep_id,
        {{ add_days('valid_to', 1) }} as starts_on
    from assignments

),

spans as (

    select
        rep_id,
        starts_on as valid_from,
        coalesce(
            {{ add_days('lead(starts_on) over (partition by rep_id order by starts_on)', -1) }},
            {{ open_end() }}
        ) as valid_to
    from cuts
    where starts_on <= {{ open_end() }}

),

-- The assignment in force goes before the rep's own team and territory, each for itself.
placements as (

    select
        spans.rep_id,
        spans.valid_from,
        spans.valid_to,
        coalesce(assignments.team, reps.team) as team,
        coalesce(assignments.territory, reps.territory) as territory
    from spans
    left join assignments
        on
            spans.rep_id = assignments.rep_id
            and spans.valid_from between assignments.valid_from and assignments.valid_to
    left join reps
        on spans.rep_id = reps.rep_id

)

select * from placements
