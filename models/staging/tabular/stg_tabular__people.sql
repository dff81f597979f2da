with

person_rows as (

    {{ contract_rows('tabular', 'person') }}

),

people as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'person_id') }} as person_record_id,
        {{ system_key('tabular', 'account_id') }} as account_record_id,
        full_name,
        email,
        phone,
        job_title,
        job_function,
        created_at,
        web_user_id,
        coalesce(is_deleted, false) as is_deleted,
        {{ system_key('tabular', 'merged_into_person_id') }} as merged_into_record_id
    from person_rows

)

select * from people
