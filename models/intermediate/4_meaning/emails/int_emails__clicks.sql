with

outcomes as (

    select
        message_id,
        first_clicked_at
    from {{ ref('int_emails__outcomes') }}
    where is_clicked

),

messages as (

    select
        message_id,
        email_campaign_id,
        content,
        person_id,
        account_id
    from {{ ref('int_emails__messages') }}
    where person_id is not null

),

-- However often a person clicks in a message, the first time is what counts.
clicked_messages as (

    select
        messages.message_id,
        outcomes.first_clicked_at as occurred_at,
        {{ local_date('outcomes.first_clicked_at') }} as click_date,
        messages.email_campaign_id,
        messages.content,
        messages.person_id,
        messages.account_id
    from messages
    inner join outcomes
        on messages.message_id = outcomes.message_id

)

select * from clicked_messages
