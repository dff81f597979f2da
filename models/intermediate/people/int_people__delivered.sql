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
        min(survivor_record_id) as survivor_record_id
    from person_merges
    where record_id <> survivor_record_id
    group by record_id

),

lead_merges as (

    select *
    from {{ ref('int_leads__merges') }}

),

-- Other records may still name a person that lost a merge and that no system delivers any more. It
-- was merged into somebody who is there.
undelivered_losers as (

    select
        person_merges.record_id,
        min(survivors_of_people.system) as system,
        min(survivors_of_people.system_order) as system_order,
        min(person_merges.survivor_record_id) as survivor_record_id,
        min(survivors_of_people.created_at) as created_at
    from person_merges
    inner join people as survivors_of_people
        on person_merges.survivor_record_id = survivors_of_people.person_record_id
    left join people
        on person_merges.record_id = people.person_record_id
    where people.person_record_id is null
    group by person_merges.record_id

),

-- A conversion after `as_of_date` has not happened. A lead that lost a merge is the survivor.
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
        coalesce(people.merged_into_record_id, survivors.survivor_record_id) as became_record_id,
        cast(null as {{ dbt.type_string() }}) as surviving_lead_id
    from people
    left join survivors
        on people.person_record_id = survivors.record_id
    union all
    select
        'person' as record_type,
        record_id,
        system,
        system_order,
        null as account_record_id,
        null as email,
        null as web_user_id,
        null as job_function,
        created_at,
        true as is_deleted,
        survivor_record_id as became_record_id,
        null as surviving_lead_id
    from undelivered_losers
    union all
    select
        'lead' as record_type,
        leads.lead_id as record_id,
        leads.system,
        leads.system_order,
        case
            when coalesce({{ local_date('leads.converted_at') }} <= {{ as_of_date() }}, true)
                then leads.converted_account_record_id
        end as account_record_id,
        leads.email,
        leads.web_user_id,
        null as job_function,
        leads.created_at,
        leads.is_deleted,
        case
            when coalesce({{ local_date('leads.converted_at') }} <= {{ as_of_date() }}, true)
                then leads.converted_person_record_id
        end as became_record_id,
        lead_merges.surviving_lead_id
    from leads
    left join lead_merges
        on leads.lead_id = lead_merges.lead_id

)

select * from records
