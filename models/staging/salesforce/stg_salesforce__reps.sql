with

user_rows as (

    {{ contract_rows('salesforce', 'user') }}

),

user_roles as (

    select
        user_role_id,
        role_name
    from {{ ref('stg_salesforce__user_roles') }}

),

reps as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'user_rows.id') }} as rep_id,
        {{ salesforce_full_name('user_rows') }} as rep_name,
        user_roles.role_name as team,
        {{ system_key('salesforce', 'user_rows.manager_id') }} as manager_rep_id,
        user_rows.territory,
        user_rows.hired_on,
        user_rows.left_on,
        user_rows.is_active,
        false as is_queue
    from user_rows
    left join user_roles
        on user_rows.user_role_id = user_roles.user_role_id

)

select * from reps
