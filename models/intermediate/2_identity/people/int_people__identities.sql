with

records as (

    select *
    from {{ ref('int_people__records') }}

),

links as (

    select *
    from {{ ref('int_people__links') }}

),

components as (

    select *
    from {{ ref('int_people__components') }}

),

web_users as (

    select
        record_key,
        link_key as web_user_key
    from links
    where link_type = 'web_user'

),

-- A person exists while one of their records does; a merged record lives in its survivor.
records_of_people as (

    select
        records.*,
        web_users.web_user_key,
        components.component_number,
        first_value(records.record_key) over (
            partition by components.component_number order by records.record_number
        ) as identity_key,
        bool_or(
            not records.is_gone and not records.is_merged_away
        ) over (partition by components.component_number) as is_existing,
        count(*) over (
            partition by components.component_number, records.email
        ) as count_with_address
    from records
    inner join components
        on records.record_key = components.record_key
    left join web_users
        on records.record_key = web_users.record_key

),

identities as (

    select
        record_key,
        record_type,
        record_id,
        system,
        account_record_id,
        case when not is_gone then email end as email,
        web_user_key,
        job_function,
        created_at,
        is_gone,
        is_inferred,
        record_number,
        identity_key,
        case when is_existing then {{ pseudonym('p', 'identity_key') }} end as person_id,
        case
            when record_key = identity_key then 'own'
            when is_merged_away then 'merge'
            when became_record_id is not null then 'conversion'
            when email is not null and count_with_address > 1 then 'address'
            when web_user_key is not null then 'web_user'
            else 'merge'
        end as link_reason
    from records_of_people

)

select * from identities
