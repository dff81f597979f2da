with

identities as (

    select
        web_user_key,
        person_id
    from {{ ref('int_people__identities') }}
    where web_user_key is not null and person_id is not null

),

users_of_browsers as (

    select *
    from {{ ref('int_web_sessions__users') }}

),

web_users as (

    select
        web_user_key as web_user_id,
        person_id
    from identities
    union all
    select
        users_of_browsers.web_user_id,
        identities.person_id
    from users_of_browsers
    inner join identities
        on users_of_browsers.signed_in_user_id = identities.web_user_key

),

-- All rows of a web user are one person, for a web user joins records.
people_of_web_users as (

    select
        web_user_id,
        min(person_id) as person_id
    from web_users
    group by web_user_id

)

select * from people_of_web_users
