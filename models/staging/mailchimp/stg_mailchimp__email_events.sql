{{ config(materialized=passing_on()) }}

{%- do enable_for('mailchimp') -%}
with

email_actions as (

    select * from {{ ref('stg_mailchimp__email_actions') }}

),

bounced_messages as (

    select distinct message_id
    from email_actions
    where event_type = 'bounce'

),

-- "Successful deliveries: the number of recipients that didn't hard or soft bounce on this
-- campaign."
delivered_messages as (

    select
        email_messages.message_id,
        'delivered' as event_type,
        email_messages.sent_at as occurred_at,
        cast(null as {{ dbt.type_string() }}) as url
    from {{ ref('stg_mailchimp__email_messages') }} as email_messages
    left join bounced_messages
        on email_messages.message_id = bounced_messages.message_id
    where bounced_messages.message_id is null

),

events as (

    select
        message_id,
        event_type,
        occurred_at,
        url
    from email_actions

    union all

    select
        message_id,
        event_type,
        occurred_at,
        url
    from delivered_messages

),

-- Mailchimp marks no open as made by a machine.
email_events as (

    select
        'mailchimp' as system,
        'mailchimp:' || md5(concat_ws(
            '|',
            message_id,
            event_type,
            coalesce({{ as_text('occurred_at') }}, ''),
            coalesce(url, '')
        )) as event_id,
        message_id,
        event_type,
        occurred_at,
        url,
        false as is_machine
    from events

)

select * from email_events
