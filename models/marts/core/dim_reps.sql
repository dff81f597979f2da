with

reps as (

    select
        rep_id,
        rep_name,
        team,
        territory,
        manager_rep_id,
        hired_on,
        left_on,
        is_active,
        is_inferred
    from {{ ref('int_reps__resolved') }}

),

assignments_now as (

    select
        rep_id,
        team,
        territory
    from {{ ref('int_reps__assignments') }}
    where {{ as_of_date() }} between valid_from and valid_to

),

reps_with_assignment as (

    select
        reps.rep_id,
        reps.rep_name,
        coalesce(assignments_now.team, reps.team) as team,
        coalesce(assignments_now.territory, reps.territory) as territory,
        reps.manager_rep_id,
        reps.hired_on,
        reps.left_on,
        reps.is_active,
        reps.is_inferred
    from reps
    left join assignments_now
        on reps.rep_id = assignments_now.rep_id

)

select * from reps_with_assignment
