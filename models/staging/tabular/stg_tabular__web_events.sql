with

web_event_rows as (

    {{ contract_rows('tabular', 'web_event') }}

),

web_events as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'event_id') }} as event_id,
        {{ system_key('tabular', 'session_id') }} as session_id,
        lower(event_name) as event_name,
        occurred_at,
        web_user_id,
        cast(null as {{ dbt.type_string() }}) as signed_in_user_id,
        content
    from web_event_rows

)

select * from web_events
