with

rep_assignments as (

    select
        rep_id,
        team,
        territory,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '2199-12-31') as valid_to
    from {{ ref('rep_assignments') }}

),

-- A later assignment ends an earlier one, so a rep has at most one on any day.
assignments_without_overlap as (

    select
        rep_id,
        team,
        territory,
        valid_from,
        least(
            valid_to,
            coalesce(
                {{ add_days(
                    'lead(valid_from) over ('
                    ~ 'partition by rep_id order by valid_from, valid_to, team, territory)',
                    -1
                ) }},
                valid_to
            )
        ) as valid_to
    from rep_assignments

)

select * from assignments_without_overlap
