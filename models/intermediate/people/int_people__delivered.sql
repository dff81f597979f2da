with

people as (

    {{ union_systems('people', {
        'system': 'text',
        'person_record_id': 'text',
        'account_record_id': 'text',
        'email': 'text',
        'job_function': 'text',
        'created_at': 'timestamp',
        'web_user_id': 'text',
        'is_deleted': 'bool',
        'merged_into_record_id': 'text',
    }) }}

),

person_merges as (

    {{ union_systems('person_merges', {
        'record_id': 'text',
        'survivor_record_id': 'text',
    }) }}

),

leads as (

    {{ union_systems('leads', {
        'system': 'text',
        'lead_id': 'text',
        'email': 'text',
        'created_at': 'timestamp',
        'web_user_id': 'text',
        'converted_at': 'timestamp',
        'converted_person_record_id': 'text',
        'converted_account_record_id': 'text',
        'is_deleted': 'bool',
    }) }}

),

survivors as (

    select
        record_id,
        min_by(survivor_record_id, {{ key_order('survivor_record_id') }}) as survivor_record_id
    from person_merges
    where record_id <> survivor_record_id
    group by record_id

),

-- A conversion after `as_of_date` has not happened.
records as (

    select
        'person' as record_type,
        people.person_record_id as record_id,
        people.system,
        people.system_order,
        people.account_record_id,
        people.email,
        people.web_user_id,
        people.job_function,
        people.created_at,
        people.is_deleted,
        coalesce(people.merged_into_record_id, survivors.survivor_record_id) as became_record_id
    from people
    left join survivors
        on people.person_record_id = survivors.record_id
    union all
    select
        'lead' as record_type,
        lead_id as record_id,
        system,
        system_order,
        case
            when coalesce({{ local_date('converted_at') }} <= {{ as_of_date() }}, true)
                then converted_account_record_id
        end as account_record_id,
        email,
        web_user_id,
        null as job_function,
        created_at,
        is_deleted,
        case
            when coalesce({{ local_date('converted_at') }} <= {{ as_of_date() }}, true)
                then converted_person_record_id
        end as became_record_id
    from leads

)

select * from records
