with

deal_people as (

    select
        deal_id,
        person_id,
        is_primary,
        role
    from {{ ref('int_people__deals') }}

)

select * from deal_people
