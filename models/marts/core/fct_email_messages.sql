with

messages as (

    select *
    from {{ ref('int_emails__messages') }}

),

outcomes as (

    select *
    from {{ ref('int_emails__outcomes') }}

),

messages_with_outcome as (

    select
        messages.message_id,
        messages.system,
        messages.email_campaign_id,
        messages.email_type,
        messages.content,
        messages.rep_id,
        messages.person_id,
        messages.account_id,
        messages.sent_at,
        messages.sent_date,
        outcomes.is_delivered,
        outcomes.is_opened,
        outcomes.is_machine_opened,
        outcomes.is_clicked,
        outcomes.is_replied,
        outcomes.is_bounced,
        outcomes.is_unsubscribed,
        outcomes.is_spam_reported,
        outcomes.first_opened_at,
        outcomes.first_clicked_at,
        outcomes.first_replied_at,
        outcomes.unsubscribed_at,
        outcomes.count_opens,
        outcomes.count_clicks
    from messages
    inner join outcomes
        on messages.message_id = outcomes.message_id

)

select * from messages_with_outcome
