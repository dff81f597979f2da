with

clicks as (

    select
        event_id,
        message_id,
        occurred_at,
        url
    from {{ ref('int_emails__events') }}
    where event_type = 'click' and not is_machine
    qualify row_number() over (partition by message_id order by occurred_at, event_id) = 1

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

-- However often a message is clicked, its first click is the touch. What it led to is the message's
-- content, else the address that was clicked.
first_clicks_of_people as (

    select
        clicks.message_id,
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

select * from first_clicks_of_people
