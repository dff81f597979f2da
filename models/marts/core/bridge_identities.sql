with

people as (

    select
        record_type,
        record_id,
        person_id,
        link_reason
    from {{ ref('int_people__identities') }}
    where person_id is not null

),

web_users as (

    select
        web_user_id,
        person_id
    from {{ ref('int_people__web_users') }}

),

accounts as (

    select
        account_record_id,
        survivor_record_id,
        account_id
    from {{ ref('int_accounts__identities') }}

),

identities as (

    select
        'person' as identity_type,
        record_type,
        record_id,
        person_id as identity_id,
        link_reason
    from people
    union all
    select
        'person' as identity_type,
        'web_user' as record_type,
        {{ pseudonym('w', 'web_user_id') }} as record_id,
        person_id as identity_id,
        'web_user' as link_reason
    from web_users
    union all
    select
        'account' as identity_type,
        'account' as record_type,
        account_record_id as record_id,
        account_id as identity_id,
        case
            when account_record_id = account_id then 'own'
            when account_record_id <> survivor_record_id then 'merge'
            else 'domain'
        end as link_reason
    from accounts

)

select * from identities
