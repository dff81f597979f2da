with

reps as (

    select
        rep_id,
        coalesce(hired_on, {{ open_start() }}) as employed_from,
        coalesce(left_on, {{ open_end() }}) as employed_to
    from {{ ref('int_reps__resolved') }}

),

placements as (

    select *
    from {{ ref('int_reps__placements') }}

),

-- A placement is cut where the employment begins or has ended.
cuts as (

    select
        rep_id,
        valid_from as starts_on
    from placements
    union distinct
    select
        rep_id,
        employed_from as starts_on
    from reps
    union distinct
    select
        rep_id,
        {{ add_days('employed_to', 1) }} as starts_on
    from reps

),

stretches as (

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

assigned_reps as (

    select
        stretches.rep_id,
        stretches.valid_from,
        stretches.valid_to,
        placements.team,
        placements.territory,
        stretches.valid_from between reps.employed_from and reps.employed_to as is_employed
    from stretches
    inner join reps
        on stretches.rep_id = reps.rep_id
    inner join placements
        on
            stretches.rep_id = placements.rep_id
            and stretches.valid_from between placements.valid_from and placements.valid_to

)

select * from assigned_reps
