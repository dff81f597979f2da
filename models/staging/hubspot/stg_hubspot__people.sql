{%- do enable_for('hubspot') -%}

with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

people as (

    select
        system,
        person_record_id,
        account_record_id,
        full_name,
        email,
        phone,
        job_title,
        job_function,
        created_at,
        web_user_id,
        is_deleted,
        cast(null as {{ dbt.type_string() }}) as merged_into_record_id
    from contacts

)

select * from people
