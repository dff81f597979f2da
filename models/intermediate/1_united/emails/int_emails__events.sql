{{ config(materialized=passing_on()) }}

with

-- Facts after `as_of_date` do not exist.
events_as_of_date as (

    select
        event_id,
        message_id,
        event_type,
        occurred_at,
        url,
        coalesce(is_machine, false) as is_machine
    from {{ ref('int_email_events__united') }}
    where {{ local_date('occurred_at') }} <= {{ as_of_date() }}

)

select * from events_as_of_date
