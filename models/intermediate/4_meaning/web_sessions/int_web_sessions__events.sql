with

web_events as (

    select *
    from {{ ref('int_web_events__united') }}

),

web_users as (

    select *
    from {{ ref('int_people__web_users') }}

),

users_of_browsers as (

    select *
    from {{ ref('int_web_sessions__users') }}

),

-- Facts after `as_of_date` do not exist. The signed-in user goes before the user of the browser.
events_of_people as (

    select
        web_events.system,
        web_events.event_id,
        web_events.session_id,
        web_events.event_name,
        web_events.occurred_at,
        {{ local_date('web_events.occurred_at') }} as event_date,
        coalesce(web_events.web_user_id, web_events.signed_in_user_id) as web_user_id,
        coalesce(
            web_events.signed_in_user_id,
            users_of_browsers.signed_in_user_id,
            web_events.web_user_id
        ) as visitor_id,
        web_events.content,
        case
            when web_events.signed_in_user_id is not null then signed_in_users.person_id
            else web_users.person_id
        end as person_id
    from web_events
    left join web_users as signed_in_users
        on web_events.signed_in_user_id = signed_in_users.web_user_id
    left join web_users
        on web_events.web_user_id = web_users.web_user_id
    left join users_of_browsers
        on web_events.web_user_id = users_of_browsers.web_user_id
    where {{ local_date('web_events.occurred_at') }} <= {{ as_of_date() }}

)

select * from events_of_people
