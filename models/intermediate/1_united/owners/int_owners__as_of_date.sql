with

-- A change by which the owner stays the same tells nothing.
later_changes as (

    select *
    from {{ ref('int_owner_history__united') }}
    where
        {{ local_date('changed_at') }} > {{ as_of_date() }}
        and coalesce(old_rep_id, '') <> coalesce(new_rep_id, '')

),

first_changes as (

    select *
    from later_changes
    qualify changed_at = min(changed_at) over (partition by record_type, record_id)

),

-- The first of several changes at one moment is the one that follows none. Before the first change
-- after `as_of_date` its old value held; a record without one has its owner of today.
owners_as_of_date as (

    select
        first_changes.record_type,
        first_changes.record_id,
        min(first_changes.old_rep_id) as rep_id
    from first_changes
    left join first_changes as changes_before
        on
            first_changes.record_type = changes_before.record_type
            and first_changes.record_id = changes_before.record_id
            and first_changes.old_rep_id = changes_before.new_rep_id
    where changes_before.record_id is null
    group by first_changes.record_type, first_changes.record_id

)

select * from owners_as_of_date
