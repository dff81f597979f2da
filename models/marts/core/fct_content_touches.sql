with

web_events as (

    select *
    from {{ ref('int_web_sessions__events') }}
    where content is not null

),

web_sessions as (

    select
        session_id,
        channel,
        person_id
    from {{ ref('int_web_sessions__resolved') }}

),

clicks as (

    select *
    from {{ ref('int_emails__clicks') }}
    where content is not null

),

form_submissions as (

    select *
    from {{ ref('int_form_submissions__resolved') }}
    where form_name is not null

),

people as (

    select
        person_id,
        account_id
    from {{ ref('int_people__resolved') }}

),

touches as (

    select
        'web_event/' || web_events.event_id as touch_id,
        web_events.content,
        'web_page' as content_type,
        web_sessions.channel,
        coalesce(web_events.person_id, web_sessions.person_id) as person_id,
        web_events.occurred_at,
        web_events.event_date as touch_date
    from web_events
    left join web_sessions
        on web_events.session_id = web_sessions.session_id
    union all
    select
        'email_click/' || message_id as touch_id,
        content,
        'email' as content_type,
        'Email' as channel,
        person_id,
        occurred_at,
        click_date as touch_date
    from clicks
    union all
    select
        'form/' || form_submission_id as touch_id,
        form_name as content,
        'form' as content_type,
        null as channel,
        person_id,
        submitted_at as occurred_at,
        submission_date as touch_date
    from form_submissions

),

-- Content that no known person touched influences no deal.
touches_of_people as (

    select
        touches.touch_id,
        touches.content,
        touches.content_type,
        touches.channel,
        people.person_id,
        people.account_id,
        touches.occurred_at,
        touches.touch_date
    from touches
    inner join people
        on touches.person_id = people.person_id

)

select * from touches_of_people
