with

delivered_records as (

    select *
    from {{ ref('int_people__delivered') }}
    where coalesce({{ local_date('created_at') }} <= {{ as_of_date() }}, true)

),

-- A merge or a conversion may name a person that no system delivered: it is a person all the same.
undelivered_people as (

    select
        records.became_record_id as record_id,
        min(records.system) as system,
        min(records.system_order) as system_order
    from delivered_records as records
    left join delivered_records as people
        on
            people.record_type = 'person'
            and records.became_record_id = people.record_id
    where records.became_record_id is not null and people.record_id is null
    group by records.became_record_id

),

-- A contact and a lead may have the same id in their system, so the key tells which of them it is.
-- A record that a merge ended lives on in its survivor; a merely deleted one is gone.
records as (

    select
        record_type || '/' || record_id as record_key,
        record_type,
        record_id,
        system,
        system_order,
        account_record_id,
        {{ normalised_email('email') }} as email,
        web_user_id,
        job_function,
        created_at,
        became_record_id,
        surviving_lead_id,
        is_deleted
        and surviving_lead_id is null
        and (record_type = 'lead' or became_record_id is null) as is_gone,
        surviving_lead_id is not null
        or (record_type = 'person' and became_record_id is not null) as is_merged_away,
        false as is_inferred
    from delivered_records
    union all
    select
        'person/' || record_id as record_key,
        'person' as record_type,
        record_id,
        system,
        system_order,
        null as account_record_id,
        null as email,
        null as web_user_id,
        null as job_function,
        null as created_at,
        null as became_record_id,
        null as surviving_lead_id,
        false as is_gone,
        false as is_merged_away,
        true as is_inferred
    from undelivered_people

),

-- The order in which records speak for their person: of the systems, people before leads, then of
-- the keys. A record that lost a merge says only what no other one does.
numbered_records as (

    select
        *,
        row_number() over (
            order by
                is_merged_away asc,
                system_order asc,
                record_type desc,
                {{ key_order('record_id') }} asc
        ) as record_number
    from records

)

select * from numbered_records
