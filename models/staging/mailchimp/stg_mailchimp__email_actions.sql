{%- do enable_for('mailchimp') -%}
with

recipient_activity as (

    select * from {{ ref('stg_mailchimp__recipient_activity') }}

),

unsubscribes as (

    select *
    from {{ ref('stg_mailchimp__unsubscribes') }}
    where email_campaign_id is not null

),

actions as (

    select
        email_campaign_id,
        member_id,
        email_address,
        action as event_type,
        occurred_at,
        url
    from recipient_activity

    union all

    select
        email_campaign_id,
        member_id,
        email_address,
        'unsubscribe' as event_type,
        occurred_at,
        cast(null as {{ dbt.type_string() }}) as url
    from unsubscribes

),

email_actions as (

    select
        email_campaign_id || ':' || member_id as message_id,
        *
    from actions

)

select * from email_actions
