with

people as (

    select *
    from {{ ref('int_people__united') }}

),

leads as (

    select *
    from {{ ref('int_leads__united') }}

),

lost_merges as (

    select *
    from {{ ref('int_people__merges') }}

),

lead_merges as (

    select *
    from {{ ref('int_leads__merges') }}

),

-- A person that lost a merge is there from the survivor's creation on, if that is delivered. A
-- conversion after `as_of_date` has not happened. A lead that lost a merge is the survivor.
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
        coalesce(people.merged_into_record_id, lost_merges.survivor_record_id) as became_record_id,
        cast(null as {{ dbt.type_string() }}) as surviving_lead_id
    from people
    left join lost_merges
        on people.person_record_id = lost_merges.record_id
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
        survivor_created_at as created_at,
        true as is_deleted,
        survivor_record_id as became_record_id,
        null as surviving_lead_id
    from lost_merges
    where not is_delivered and system is not null
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
