with

records as (

    select
        record_key,
        record_type,
        became_record_id,
        surviving_lead_id,
        email,
        web_user_id,
        is_gone
    from {{ ref('int_people__records') }}

),

users_of_browsers as (

    select *
    from {{ ref('int_web_sessions__users') }}

),

surviving_leads as (

    select distinct survivors.record_key
    from records as losers
    inner join records as survivors
        on 'lead/' || losers.surviving_lead_id = survivors.record_key

),

-- A deleted record joins nobody by its address or web user, but keeps what it became or was.
links as (

    select
        record_key,
        'record' as link_type,
        record_key as link_key
    from records
    where record_type = 'person'
    union all
    select
        record_key,
        'record' as link_type,
        'person/' || became_record_id as link_key
    from records
    where became_record_id is not null and record_key <> 'person/' || became_record_id
    union all
    select
        record_key,
        'record' as link_type,
        'lead/' || surviving_lead_id as link_key
    from records
    where surviving_lead_id is not null
    union all
    select
        record_key,
        'record' as link_type,
        record_key as link_key
    from surviving_leads
    union all
    select
        record_key,
        'email' as link_type,
        email as link_key
    from records
    where email is not null and not is_gone
    union all
    select
        records.record_key,
        'web_user' as link_type,
        coalesce(users_of_browsers.signed_in_user_id, records.web_user_id) as link_key
    from records
    left join users_of_browsers
        on records.web_user_id = users_of_browsers.web_user_id
    where records.web_user_id is not null and not records.is_gone

)

select * from links
