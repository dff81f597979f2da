{% set counted = 'true' if var('include_machine_opens') else 'not is_machine' %}
{% set is_open = "event_type = 'open' and " ~ counted %}
{% set is_click = "event_type = 'click' and not is_machine" %}
{% set is_reply = "event_type = 'reply' and not is_machine" %}

with

email_events as (

    select *
    from {{ ref('int_emails__events') }}

),

-- One pass. What was opened, clicked or replied to was delivered, though that event be missing; but
-- a bounce, hard or soft, outweighs them all: a bounced message was not delivered.
outcomes_of_messages as (

    select
        message_id,
        bool_or(event_type in ('delivered', 'open', 'click', 'reply'))
        and not bool_or(event_type = 'bounce') as is_delivered,
        bool_or({{ is_open }}) as is_opened,
        bool_or(event_type = 'open' and is_machine) as is_machine_opened,
        bool_or({{ is_click }}) as is_clicked,
        bool_or({{ is_reply }}) as is_replied,
        bool_or(event_type = 'bounce') as is_bounced,
        bool_or(event_type = 'unsubscribe') as is_unsubscribed,
        bool_or(event_type = 'spam') as is_spam_reported,
        min(case when {{ is_open }} then occurred_at end) as first_opened_at,
        min(case when {{ is_click }} then occurred_at end) as first_clicked_at,
        min(case when {{ is_reply }} then occurred_at end) as first_replied_at,
        min(case when event_type = 'unsubscribe' then occurred_at end) as unsubscribed_at,
        count(case when {{ is_open }} then 1 end) as count_opens,
        count(case when {{ is_click }} then 1 end) as count_clicks
    from email_events
    group by message_id

)

select * from outcomes_of_messages
