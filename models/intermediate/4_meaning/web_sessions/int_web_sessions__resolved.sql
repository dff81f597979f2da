with

web_sessions as (

    select *
    from {{ ref('int_web_sessions__united') }}

),

channels as (

    select *
    from {{ ref('int_web_sessions__channels') }}

),

web_users as (

    select *
    from {{ ref('int_people__web_users') }}

),

countries as (

    select *
    from {{ ref('int_countries__resolved') }}

),

-- Facts after `as_of_date` do not exist. The company's own table says its channels itself; else the
-- company's rules go before the vendor's. The signed-in user goes before that of the browser.
sessions_of_people as (

    select
        web_sessions.system,
        web_sessions.session_id,
        web_sessions.started_at,
        {{ local_date('web_sessions.started_at') }} as session_date,
        coalesce(web_sessions.web_user_id, web_sessions.signed_in_user_id) as web_user_id,
        coalesce(
            case when web_sessions.system = 'tabular' then web_sessions.channel end,
            channels.channel,
            web_sessions.channel,
            'Unassigned'
        ) as channel,
        web_sessions.source,
        web_sessions.medium,
        web_sessions.system || ':' || web_sessions.campaign as campaign,
        web_sessions.landing_page,
        coalesce(countries.country, web_sessions.country) as country,
        countries.market,
        coalesce(web_sessions.is_engaged, false) as is_engaged,
        case
            when web_sessions.signed_in_user_id is not null then signed_in_users.person_id
            else web_users.person_id
        end as person_id
    from web_sessions
    left join channels
        on
            coalesce(lower(web_sessions.source), '') = channels.source
            and coalesce(lower(web_sessions.medium), '') = channels.medium
    left join web_users as signed_in_users
        on web_sessions.signed_in_user_id = signed_in_users.web_user_id
    left join web_users
        on web_sessions.web_user_id = web_users.web_user_id
    left join countries
        on lower(web_sessions.country) = countries.raw_country
    where {{ local_date('web_sessions.started_at') }} <= {{ as_of_date() }}

)

select * from sessions_of_people
