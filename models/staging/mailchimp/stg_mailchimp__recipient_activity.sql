with

campaign_recipient_activity_rows as (

    {{ contract_rows('mailchimp', 'campaign_recipient_activity') }}

),

automation_recipient_activity_rows as (

    {{ contract_rows('mailchimp', 'automation_recipient_activity') }}

),

recipient_activity as (

    select
        'campaign_recipient_activity' as source_table,
        {{ system_key('mailchimp', 'campaign_id') }} as email_campaign_id,
        member_id,
        email_address,
        {{ word_of('email_event_types', 'mailchimp', 'action', 'lower(action)') }} as event_type,
        timestamp as occurred_at,
        url
    from campaign_recipient_activity_rows

    union all

    select
        'automation_recipient_activity' as source_table,
        {{ system_key('mailchimp', 'automation_email_id') }} as email_campaign_id,
        member_id,
        cast(null as {{ dbt.type_string() }}) as email_address,
        {{ word_of('email_event_types', 'mailchimp', 'action', 'lower(action)') }} as event_type,
        timestamp as occurred_at,
        url
    from automation_recipient_activity_rows

)

select * from recipient_activity
