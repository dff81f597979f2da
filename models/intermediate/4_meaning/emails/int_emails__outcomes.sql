{% set counted = 'true' if var('include_machine_opens') else 'not is_machine' %}
{% set is_open = "event_type = 'open' and " ~ counted %}
{% set is_click = "event_type = 'click' and not is_machine" %}
{% set is_reply = "event_type = 'reply' and not is_machine" %}

with

messages as (

    select
        message_id,
        system
    from {{ ref('int_emails__messages') }}

),

email_events as (

    select *
    from {{ ref('int_emails__events') }}

),

what_happened as (

    select
        message_id,
        bool_or(event_type = 'delivered') as is_told_delivered,
        bool_or(event_type in ('delivered', 'open', 'click', 'reply')) as is_received,
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

),

-- A system that tells of events but of no delivery delivered whatever did not bounce.
ways_of_telling as (

    select
        messages.system,
        bool_or(what_happened.is_told_delivered) as are_deliveries_told
    from messages
    inner join what_happened
        on messages.message_id = what_happened.message_id
    group by messages.system

),

-- A message opened, clicked or replied to was delivered, even without that event; but a bounce,
-- hard or soft, outweighs them all: a bounced message was not delivered.
outcomes_of_messages as (

    select
        messages.message_id,
        not coalesce(what_happened.is_bounced, false)
        and (
            coalesce(what_happened.is_received, false)
            or not coalesce(ways_of_telling.are_deliveries_told, true)
        ) as is_delivered,
        {% for column in [
            'is_opened', 'is_machine_opened', 'is_clicked', 'is_replied', 'is_bounced',
            'is_unsubscribed', 'is_spam_reported'
        ] -%}
        coalesce(what_happened.{{ column }}, false) as {{ column }},
        {% endfor -%}
        what_happened.first_opened_at,
        what_happened.first_clicked_at,
        what_happened.first_replied_at,
        what_happened.unsubscribed_at,
        cast(coalesce(what_happened.count_opens, 0) as bigint) as count_opens,
        cast(coalesce(what_happened.count_clicks, 0) as bigint) as count_clicks
    from messages
    left join what_happened
        on messages.message_id = what_happened.message_id
    left join ways_of_telling
        on messages.system = ways_of_telling.system

)

select * from outcomes_of_messages
