with

rep_rows as (

    {{ contract_rows('tabular', 'rep') }}

),

reps as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'rep_id') }} as rep_id,
        rep_name,
        team,
        {{ system_key('tabular', 'manager_rep_id') }} as manager_rep_id,
        territory,
        hired_on,
        left_on,
        is_active,
        false as is_queue
    from rep_rows

)

select * from reps
