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
        {% for column in [
            'is_delivered', 'is_opened', 'is_machine_opened', 'is_clicked', 'is_replied',
            'is_bounced', 'is_unsubscribed', 'is_spam_reported'
        ] -%}
        coalesce(outcomes.{{ column }}, false) as {{ column }},
        {% endfor -%}
        outcomes.first_opened_at,
        outcomes.first_clicked_at,
        outcomes.first_replied_at,
        outcomes.unsubscribed_at,
        cast(coalesce(outcomes.count_opens, 0) as bigint) as count_opens,
        cast(coalesce(outcomes.count_clicks, 0) as bigint) as count_clicks
    from messages
    left join outcomes
        on messages.message_id = outcomes.message_id

)

select * from messages_with_outcome
