{%- do enable_for('salesforce') -%}

with

contact_roles as (

    select *
    from {{ ref('stg_salesforce__contact_roles') }}
    where not is_deleted

),

deal_people as (

    select
        system,
        deal_id,
        person_record_id,
        is_primary,
        role
    from contact_roles

)

select * from deal_people
