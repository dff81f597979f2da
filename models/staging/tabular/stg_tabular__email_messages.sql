with

email_message_rows as (

    {{ contract_rows('tabular', 'email_message') }}

),

email_messages as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'message_id') }} as message_id,
        sent_at,
        recipient_email,
        {{ system_key('tabular', 'email_campaign') }} as email_campaign_id,
        lower(email_type) as email_type,
        content,
        {{ system_key('tabular', 'rep_id') }} as rep_id
    from email_message_rows

)

select * from email_messages
