{%- do enable_for('hubspot') -%}

with

queues as (

    select rep_id from {{ ref('stg_hubspot__reps') }}
    where is_queue

),

-- Rows without any value tell nothing; beside values they tell that nobody owned the record.
owner_changes as (

    select *
    from {{ ref('stg_hubspot__owner_changes') }}
    where is_of_owner
    qualify count(raw_value) over (partition by record_type, record_id) > 0

),

owners as (

    select
        owner_changes.*,
        case when queues.rep_id is null then owner_changes.owner_key end as rep_id
    from owner_changes
    left join queues
        on owner_changes.owner_key = queues.rep_id

),

owner_history as (

    select
        record_type,
        record_id,
        changed_at,
        lag(rep_id) over (
            partition by record_type, record_id
            order by changed_at, raw_value nulls last
        ) as old_rep_id,
        rep_id as new_rep_id
    from owners

)

select * from owner_history
