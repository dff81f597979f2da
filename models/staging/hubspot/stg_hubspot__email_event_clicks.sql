with

email_event_click_rows as (

    {{ contract_rows('hubspot', 'email_event_click') }}

),

email_event_clicks as (

    select
        id as event_id,
        url
    from email_event_click_rows

)

select * from email_event_clicks
