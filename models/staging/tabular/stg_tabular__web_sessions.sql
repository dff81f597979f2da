with

web_session_rows as (

    {{ contract_rows('tabular', 'web_session') }}

),

web_sessions as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'session_id') }} as session_id,
        started_at,
        web_user_id,
        cast(null as {{ dbt.type_string() }}) as signed_in_user_id,
        channel,
        source,
        medium,
        campaign,
        landing_page,
        country,
        coalesce(is_engaged, false) as is_engaged
    from web_session_rows

)

select * from web_sessions
