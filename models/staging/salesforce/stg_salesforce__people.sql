with

contact_rows as (

    {{ contract_rows('salesforce', 'contact') }}

),

people as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as person_record_id,
        {{ system_key('salesforce', 'account_id') }} as account_record_id,
        {{ salesforce_full_name() }} as full_name,
        email,
        coalesce(phone, mobile_phone) as phone,
        title as job_title,
        department as job_function,
        created_date as created_at,
        web_user_id,
        {{ salesforce_is_deleted() }} as is_deleted,
        {{ system_key('salesforce', 'master_record_id') }} as merged_into_record_id
    from contact_rows

)

select * from people
