with

web_events as (

    select *
    from {{ ref('int_web_sessions__events') }}
    where event_name in ('lead_created', 'sign_up', 'activation')

),

form_submissions as (

    select *
    from {{ ref('int_form_submissions__resolved') }}

),

web_sessions as (

    select
        session_id,
        channel,
        market,
        person_id
    from {{ ref('int_web_sessions__resolved') }}

),

people as (

    select
        person_id,
        account_id
    from {{ ref('int_people__resolved') }}

),

conversions as (

    select
        event_id as conversion_id,
        system,
        session_id,
        event_name as conversion_type,
        occurred_at,
        event_date as conversion_date,
        {{ pseudonym('w', 'web_user_id') }} as web_visitor_id,
        {{ pseudonym('w', 'visitor_id') }} as web_registrant_id,
        person_id,
        content
    from web_events
    union all
    select
        'form/' || form_submission_id as conversion_id,
        system,
        null as session_id,
        'form_submission' as conversion_type,
        submitted_at as occurred_at,
        submission_date as conversion_date,
        null as web_visitor_id,
        null as web_registrant_id,
        person_id,
        form_name as content
    from form_submissions

),

-- The event says who converted and how they came, else its session does.
described_conversions as (

    select
        conversions.conversion_id,
        conversions.system,
        conversions.session_id,
        conversions.conversion_type,
        conversions.occurred_at,
        conversions.conversion_date,
        conversions.web_visitor_id,
        conversions.web_registrant_id,
        people.person_id,
        people.account_id,
        web_sessions.channel,
        web_sessions.market,
        conversions.content
    from conversions
    left join web_sessions
        on conversions.session_id = web_sessions.session_id
    left join people
        on coalesce(conversions.person_id, web_sessions.person_id) = people.person_id

)

select * from described_conversions
