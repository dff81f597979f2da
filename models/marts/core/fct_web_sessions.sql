with

web_sessions as (

    select *
    from {{ ref('int_web_sessions__resolved') }}

),

people as (

    select
        person_id,
        account_id
    from {{ ref('int_people__resolved') }}

),

sessions_with_lead as (

    select distinct session_id
    from {{ ref('int_web_sessions__events') }}
    where event_name = 'lead_created' and session_id is not null

),

described_sessions as (

    select
        web_sessions.session_id,
        web_sessions.system,
        web_sessions.started_at,
        web_sessions.session_date,
        {{ pseudonym('w', 'web_sessions.web_user_id') }} as web_visitor_id,
        web_sessions.person_id,
        people.account_id,
        web_sessions.channel,
        web_sessions.source,
        web_sessions.medium,
        case
            when web_sessions.source is null and web_sessions.medium is null then '(none)'
            else
                coalesce(web_sessions.source, '(none)')
                || ' / '
                || coalesce(web_sessions.medium, '(none)')
        end as source_medium,
        web_sessions.campaign,
        web_sessions.landing_page,
        web_sessions.country,
        web_sessions.market,
        web_sessions.is_engaged,
        sessions_with_lead.session_id is not null as is_lead_created
    from web_sessions
    left join people
        on web_sessions.person_id = people.person_id
    left join sessions_with_lead
        on web_sessions.session_id = sessions_with_lead.session_id

)

select * from described_sessions
