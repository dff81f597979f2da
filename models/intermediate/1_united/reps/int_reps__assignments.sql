with

assignments as (

    select
        rep_id,
        team,
        territory,
        coalesce(valid_from, {{ open_start() }}) as valid_from,
        coalesce(valid_to, {{ open_end() }}) as valid_to
    from {{ ref('rep_assignments') }}

),

-- Where assignments overlap, the one that began last is in force; what it interrupts goes on after
-- it. So the days are cut wherever one begins or has ended.
cuts as (

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
        {{ add_days(
            'lead(starts_on) over (partition by rep_id order by starts_on)', -1
        ) }} as valid_to
    from cuts

),

assignments_in_force as (

    select
        spans.rep_id,
        assignments.team,
        assignments.territory,
        spans.valid_from,
        spans.valid_to
    from spans
    inner join assignments
        on
            spans.rep_id = assignments.rep_id
            and spans.valid_from between assignments.valid_from and assignments.valid_to
    qualify row_number() over (
        partition by spans.rep_id, spans.valid_from
        order by
            assignments.valid_from desc,
            assignments.valid_to asc,
            assignments.team asc,
            assignments.territory asc
    ) = 1

)

select * from assignments_in_force
