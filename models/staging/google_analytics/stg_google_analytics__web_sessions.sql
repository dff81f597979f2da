{%- do enable_for('google_analytics') -%}
with

source_categories as (

    select
        lower(trim(category)) as category,
        lower(trim(source)) as source
    from {{ ref('ga4_source_categories') }}

),

-- The batch's three numbers order the events of one moment.
numbered_events as (

    select
        *,
        row_number() over (
            partition by session_id
            order by
                occurred_at, batch_page_id nulls last, batch_ordering_id nulls last,
                batch_event_index nulls last, event_id
        ) as event_number
    from {{ ref('stg_google_analytics__events') }}
    where session_id is not null

),

-- Engaged: "lasts 10 seconds or longer, has 1 or more key events, or has 2 or more page or screen
-- views"; session_engaged says so itself. An empty text is a part that the first source lacks.
summed_sessions as (

    select
        session_id,
        min(occurred_at) as started_at,
        min(web_user_id) as web_user_id,
        min_by(signed_in_user_id, event_number)
        filter (where signed_in_user_id is not null) as signed_in_user_id,
        min_by(default_channel_group, event_number)
        filter (where default_channel_group is not null) as default_channel_group,
        min_by(coalesce(source, ''), event_number)
        filter (where traffic_from is not null) as source,
        min_by(coalesce(medium, ''), event_number)
        filter (where traffic_from is not null) as medium,
        min_by(coalesce(campaign, ''), event_number)
        filter (where traffic_from is not null) as campaign,
        min_by(page_path, event_number) filter (where page_path is not null) as landing_page,
        min_by(country, event_number) filter (where country is not null) as country,
        coalesce(
            bool_or(session_engaged),
            coalesce(sum(engagement_time_msec), 0) >= 10000
            or count(case when event_name in ('page_view', 'screen_view') then 1 end) >= 2
            or bool_or(event_name in ('lead_created', 'sign_up', 'activation'))
        ) as is_engaged
    from numbered_events
    group by session_id

),

-- A visit for which no source was collected is what Google shows as (direct) / (none).
sourced_sessions as (

    select
        *,
        nullif(coalesce(source, '(direct)'), '') as known_source,
        nullif(coalesce(medium, '(none)'), '') as known_medium
    from summed_sessions

),

web_sessions as (

    select
        'google_analytics' as system,
        sourced_sessions.session_id,
        sourced_sessions.started_at,
        sourced_sessions.web_user_id,
        sourced_sessions.signed_in_user_id,
        coalesce(
            sourced_sessions.default_channel_group,
            {{ ga4_default_channel_group(
                "lower(coalesce(sourced_sessions.known_source, ''))",
                "lower(coalesce(sourced_sessions.known_medium, ''))",
                "lower(coalesce(sourced_sessions.campaign, ''))",
                "source_categories.category"
            ) }}
        ) as channel,
        sourced_sessions.known_source as source,
        sourced_sessions.known_medium as medium,
        nullif(sourced_sessions.campaign, '') as campaign,
        sourced_sessions.landing_page,
        sourced_sessions.country,
        sourced_sessions.is_engaged
    from sourced_sessions
    left join source_categories
        on lower(sourced_sessions.known_source) = source_categories.source

)

select * from web_sessions
