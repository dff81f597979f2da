with

clicks as (

    select
        event_id,
        message_id,
        occurred_at,
        url
    from {{ ref('int_emails__events') }}
    where event_type = 'click' and not is_machine

),

messages as (

    select
        message_id,
        email_campaign_id,
        content,
        person_id,
        account_id
    from {{ ref('int_emails__messages') }}

),

-- What a click led to is the message's content, else the address that was clicked.
clicks_of_people as (

    select
        clicks.event_id,
        clicks.occurred_at,
        {{ local_date('clicks.occurred_at') }} as click_date,
        messages.email_campaign_id,
        coalesce(messages.content, clicks.url) as content,
        messages.person_id,
        messages.account_id
    from clicks
    inner join messages
        on clicks.message_id = messages.message_id
    where messages.person_id is not null

)

select * from clicks_of_people
