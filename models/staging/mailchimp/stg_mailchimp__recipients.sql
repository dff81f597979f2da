with

campaign_recipient_rows as (

    {{ contract_rows('mailchimp', 'campaign_recipient') }}

),

automation_recipient_rows as (

    {{ contract_rows('mailchimp', 'automation_recipient') }}

),

recipients as (

    select
        'campaign_recipient' as source_table,
        {{ system_key('mailchimp', 'campaign_id') }} as email_campaign_id,
        member_id
    from campaign_recipient_rows

    union all

    select
        'automation_recipient' as source_table,
        {{ system_key('mailchimp', 'automation_email_id') }} as email_campaign_id,
        member_id
    from automation_recipient_rows

)

select * from recipients
