with

user_role_rows as (

    {{ contract_rows('salesforce', 'user_role') }}

),

user_roles as (

    select
        id as user_role_id,
        name as role_name
    from user_role_rows

)

select * from user_roles
