with

email_event_status_change_rows as (

    {{ contract_rows('hubspot', 'email_event_status_change') }}

),

email_event_status_changes as (

    select
        id as event_id,
        portal_subscription_status
    from email_event_status_change_rows

)

select * from email_event_status_changes
