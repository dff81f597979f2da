with

reps as (

    select
        rep_id,
        rep_name,
        manager_rep_id,
        hired_on,
        left_on,
        is_active,
        is_inferred
    from {{ ref('int_reps__resolved') }}

),

placements_now as (

    select
        rep_id,
        team,
        territory
    from {{ ref('int_reps__placements') }}
    where {{ as_of_date() }} between valid_from and valid_to

),

reps_with_placement as (

    select
        reps.rep_id,
        reps.rep_name,
        placements_now.team,
        placements_now.territory,
        reps.manager_rep_id,
        reps.hired_on,
        reps.left_on,
        reps.is_active,
        reps.is_inferred
    from reps
    left join placements_now
        on reps.rep_id = placements_now.rep_id

)

select * from reps_with_placement
