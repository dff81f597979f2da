with

event_rows as (

    {{ contract_rows('google_analytics', 'event', materialized='table') }}

),

-- Google Ads' own click goes before the link's parameters, and what the export has worked out for
-- the whole visit before what came with the single event. Source, medium and campaign are always
-- those of one place.
located_events as (

    select
        *,
        case
            when last_click_google_ads_campaign is not null then 'last click on an ad'
            when coalesce(last_click_source, last_click_medium, last_click_campaign) is not null
                then 'last click'
            when collected_gclid is not null then 'collected click on an ad'
            when coalesce(collected_source, collected_medium, collected_campaign) is not null
                then 'collected'
            when param_gclid is not null then 'parameters of a click on an ad'
            when coalesce(param_source, param_medium, param_campaign) is not null then 'parameters'
        end as traffic_from
    from event_rows

),

events as (

    select
        'google_analytics' as system,
        'google_analytics:' || md5(concat_ws(
            '|',
            coalesce(user_pseudo_id, ''),
            {{ as_text('event_timestamp') }},
            event_name,
            coalesce(event_bundle_sequence_id, ''),
            coalesce({{ as_text('batch_page_id') }}, ''),
            coalesce({{ as_text('batch_ordering_id') }}, ''),
            coalesce({{ as_text('batch_event_index') }}, '')
        )) as event_id,
        -- The id of a session goes as far as the marts, so its browser stands in it as a pseudonym.
        {{ system_key('google_analytics', pseudonym('w', 'user_pseudo_id')) }}
        || '.'
        || ga_session_id as session_id,
        {{ ga4_event_name('event_name') }} as event_name,
        event_timestamp as occurred_at,
        batch_page_id,
        batch_ordering_id,
        batch_event_index,
        user_pseudo_id as web_user_id,
        user_id as signed_in_user_id,
        session_engaged,
        engagement_time_msec,
        {{ path_of('page_location') }} as page_path,
        coalesce(content_id, param_content) as content_id,
        traffic_from,
        -- A Google Ads click has source google and medium cpc, whatever else stands in the link.
        case
            when traffic_from like '%on an ad' then 'google'
            when traffic_from = 'last click' then last_click_source
            when traffic_from = 'collected' then collected_source
            else param_source
        end as source,
        case
            when traffic_from like '%on an ad' then 'cpc'
            when traffic_from = 'last click' then last_click_medium
            when traffic_from = 'collected' then collected_medium
            else param_medium
        end as medium,
        case
            when traffic_from = 'last click on an ad' then last_click_google_ads_campaign
            when traffic_from = 'last click' then last_click_campaign
            when traffic_from like 'collected%' then collected_campaign
            else param_campaign
        end as campaign,
        default_channel_group,
        country
    from located_events

)

select * from events
