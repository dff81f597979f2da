with

email_events as (

    {{ union_systems('email_events', {
        'event_id': 'text',
        'message_id': 'text',
        'event_type': 'text',
        'occurred_at': 'timestamp',
        'url': 'text',
        'is_machine': 'bool',
    }) }}

),

-- Facts after `as_of_date` do not exist.
events_as_of_date as (

    select
        event_id,
        message_id,
        event_type,
        occurred_at,
        url,
        coalesce(is_machine, false) as is_machine
    from email_events
    where {{ local_date('occurred_at') }} <= {{ as_of_date() }}

)

select * from events_as_of_date
