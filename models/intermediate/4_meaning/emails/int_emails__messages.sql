with

email_messages as (

    select *
    from {{ ref('int_email_messages__united') }}

),

email_campaigns as (

    select *
    from {{ ref('int_email_campaigns__united') }}

),

addresses as (

    select *
    from {{ ref('int_people__addresses') }}

),

people as (

    select
        person_id,
        account_id
    from {{ ref('int_people__resolved') }}

),

-- The recipient is known by the address; a message says itself what it is, else its mailing does.
messages_to_people as (

    select
        email_messages.message_id,
        email_messages.system,
        email_messages.email_campaign_id,
        coalesce(email_messages.email_type, email_campaigns.email_type) as email_type,
        coalesce(email_messages.content, email_campaigns.content) as content,
        email_messages.rep_id,
        people.person_id,
        people.account_id,
        email_messages.sent_at,
        {{ local_date('email_messages.sent_at') }} as sent_date
    from email_messages
    left join email_campaigns
        on email_messages.email_campaign_id = email_campaigns.email_campaign_id
    left join addresses
        on {{ normalised_email('email_messages.recipient_email') }} = addresses.email
    left join people
        on addresses.person_id = people.person_id
    where {{ local_date('email_messages.sent_at') }} <= {{ as_of_date() }}

)

select * from messages_to_people
