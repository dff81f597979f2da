with

event_rows as (

    {{ contract_rows('google_analytics', 'event') }}

),

-- A click on an ad of Google Ads leaves its id: gclid, on iOS gbraid or wbraid. It stands in the
-- parameters, in what was collected, or only in the page's address. Ads that are not linked to the
-- property are shown as google / organic, campaign (organic), beside it.
clicked_events as (

    select
        *,
        coalesce(
            last_click_google_ads_campaign, collected_gclid, param_gclid, param_gbraid, param_wbraid
        ) is not null
        or coalesce(
            {{ matches('page_location', '^[^#]*[?&](gclid|gbraid|wbraid)=[^&#]') }}, false
        ) as is_ad_click
    from event_rows

),

-- A click on an ad goes before the link's own tags, and what the export has worked out for the
-- whole visit before what came with the single event. Source, medium and campaign are always those
-- of one place, but for an ad's campaign.
located_events as (

    select
        *,
        case
            when is_ad_click then 'click on an ad'
            when coalesce(last_click_source, last_click_medium, last_click_campaign) is not null
                then 'last click'
            when coalesce(collected_source, collected_medium, collected_campaign) is not null
                then 'collected'
            when coalesce(param_source, param_medium, param_campaign) is not null then 'parameters'
        end as traffic_from
    from clicked_events

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
            when is_ad_click then 'google'
            when traffic_from = 'last click' then last_click_source
            when traffic_from = 'collected' then collected_source
            else param_source
        end as source,
        case
            when is_ad_click then 'cpc'
            when traffic_from = 'last click' then last_click_medium
            when traffic_from = 'collected' then collected_medium
            else param_medium
        end as medium,
        case
            when is_ad_click
                then coalesce(
                    last_click_google_ads_campaign,
                    {{ ga4_ad_campaign('collected_campaign') }},
                    {{ ga4_ad_campaign('param_campaign') }},
                    {{ ga4_ad_campaign('last_click_campaign') }}
                )
            when traffic_from = 'last click' then last_click_campaign
            when traffic_from = 'collected' then collected_campaign
            else param_campaign
        end as campaign,
        default_channel_group,
        country
    from located_events

)

select * from events
