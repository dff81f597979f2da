{%- do enable_for('mailchimp') -%}
with

email_campaigns as (

    select * from {{ ref('stg_mailchimp__email_campaigns') }}

),

email_actions as (

    select * from {{ ref('stg_mailchimp__email_actions') }}

),

members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

-- Whoever opened, clicked, bounced or opted out was sent the e-mail, listed as recipient or not.
sendings as (

    select
        email_campaign_id,
        member_id,
        cast(null as timestamp) as acted_at,
        cast(null as {{ dbt.type_string() }}) as email_address
    from {{ ref('stg_mailchimp__recipients') }}

    union all

    select
        email_campaign_id,
        member_id,
        cast(null as timestamp) as acted_at,
        cast(null as {{ dbt.type_string() }}) as email_address
    from {{ ref('stg_mailchimp__list_recipients') }}

    union all

    select
        email_campaign_id,
        member_id,
        occurred_at as acted_at,
        email_address
    from email_actions

),

sent_messages as (

    select
        email_campaign_id,
        member_id,
        min(acted_at) as first_acted_at,
        min(email_address) as email_address
    from sendings
    group by email_campaign_id, member_id

),

-- A member's id is "the MD5 hash of the lowercase version of the list member's email address", so
-- all audiences have the same address for it.
member_addresses as (

    select
        member_id,
        min(email_address) as email_address
    from members
    group by member_id

),

-- A campaign is sent to all at its send_time. An e-mail of an automation goes to each recipient at
-- a moment of their own, which no connector tells: their first action, else the automation's start.
email_messages as (

    select
        'mailchimp' as system,
        sent_messages.email_campaign_id || ':' || sent_messages.member_id as message_id,
        coalesce(
            email_campaigns.send_time, sent_messages.first_acted_at, email_campaigns.started_at
        ) as sent_at,
        coalesce(member_addresses.email_address, sent_messages.email_address) as recipient_email,
        sent_messages.email_campaign_id,
        coalesce(email_campaigns.email_type, 'marketing') as email_type,
        email_campaigns.content,
        cast(null as {{ dbt.type_string() }}) as rep_id
    from sent_messages
    left join email_campaigns
        on sent_messages.email_campaign_id = email_campaigns.email_campaign_id
    left join member_addresses
        on sent_messages.member_id = member_addresses.member_id

)

select * from email_messages
