with

email_event_rows as (

    {{ contract_rows('hubspot', 'email_event') }}

),

email_event_clicks as (

    select * from {{ ref('stg_hubspot__email_event_clicks') }}

),

email_event_status_changes as (

    select * from {{ ref('stg_hubspot__email_event_status_changes') }}

),

-- The e-mail is its SENT event; sentBy is "the EventId which uniquely identifies the email
-- message's SENT event". A STATUSCHANGE is an unsubscription when portalSubscriptionStatus is
-- UNSUBSCRIBED.
-- filteredEvent says "whether the event has been filtered out of reporting", as one that a machine
-- made. Types without a word of their own here (SENT, DROPPED, DEFERRED, …) keep HubSpot's in lower
-- case.
email_events as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'email_event_rows.id') }} as event_id,
        case upper(email_event_rows.type)
            when 'SENT' then {{ system_key('hubspot', 'email_event_rows.id') }}
            else {{ system_key('hubspot', 'email_event_rows.sent_by_id') }}
        end as message_id,
        case upper(email_event_rows.type)
            when 'SPAMREPORT' then 'spam'
            when 'STATUSCHANGE'
                then case upper(coalesce(
                    email_event_status_changes.portal_subscription_status,
                    email_event_rows.portal_subscription_status
                ))
                    when 'UNSUBSCRIBED' then 'unsubscribe'
                    else 'statuschange'
                end
            else {{ word_of(
                'email_event_types', 'hubspot', 'email_event_rows.type',
                'lower(email_event_rows.type)'
            ) }}
        end as event_type,
        email_event_rows.created as occurred_at,
        coalesce(email_event_clicks.url, email_event_rows.url) as url,
        coalesce(email_event_rows.filtered_event, false) as is_machine,
        email_event_rows.recipient as recipient_email,
        {{ system_key('hubspot', 'email_event_rows.email_campaign_id') }} as email_campaign_id
    from email_event_rows
    left join email_event_clicks
        on email_event_rows.id = email_event_clicks.event_id
    left join email_event_status_changes
        on email_event_rows.id = email_event_status_changes.event_id

)

select * from email_events
