with

email_event_rows as (

    {{ contract_rows('tabular', 'email_event') }}

),

email_events as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'event_id') }} as event_id,
        {{ system_key('tabular', 'message_id') }} as message_id,
        {{ word_of('email_event_types', 'tabular', 'event_type', 'lower(event_type)') }}
            as event_type,
        occurred_at,
        url,
        coalesce(is_machine, false) as is_machine
    from email_event_rows

)

select * from email_events
