with

addresses as (

    select
        email,
        min(person_id) as person_id
    from {{ ref('int_people__identities') }}
    where email is not null and person_id is not null
    group by email

)

select * from addresses
