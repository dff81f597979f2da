with

web_sessions as (

    select *
    from {{ ref('int_web_sessions__united') }}

),

-- A browser is the user who signs in with it; one that several users share is nobody's.
users_of_browsers as (

    select
        web_user_id,
        min(signed_in_user_id) as signed_in_user_id
    from web_sessions
    where web_user_id is not null and signed_in_user_id is not null
    group by web_user_id
    having count(distinct signed_in_user_id) = 1

)

select * from users_of_browsers
