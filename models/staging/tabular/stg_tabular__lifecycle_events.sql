with

lifecycle_event_rows as (

    {{ contract_rows('tabular', 'lifecycle_event') }}

),

lifecycle_events as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'event_id') }} as event_id,
        {{ system_key('tabular', 'account_id') }} as account_record_id,
        {{ system_key('tabular', 'person_id') }} as person_record_id,
        {{ word_of('lifecycle_event_types', 'tabular', 'event_type', 'lower(event_type)') }}
            as event_type,
        occurred_at,
        reason
    from lifecycle_event_rows

)

select * from lifecycle_events
