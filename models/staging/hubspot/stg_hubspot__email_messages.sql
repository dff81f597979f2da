{{ config(materialized=passing_on()) }}

{%- do enable_for('hubspot') -%}

with

email_events as (

    select * from {{ ref('stg_hubspot__email_events') }}
    where event_type = 'sent'

),

email_campaigns as (

    select
        email_campaign_id,
        content
    from {{ ref('stg_hubspot__email_campaigns') }}

),

email_messages as (

    select
        email_events.system,
        email_events.message_id,
        email_events.occurred_at as sent_at,
        email_events.recipient_email,
        email_events.email_campaign_id,
        'marketing' as email_type,
        email_campaigns.content,
        cast(null as {{ dbt.type_string() }}) as rep_id
    from email_events
    left join email_campaigns
        on email_events.email_campaign_id = email_campaigns.email_campaign_id

)

select * from email_messages
