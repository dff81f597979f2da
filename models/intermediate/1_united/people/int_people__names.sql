with

people as (

    select *
    from {{ ref('int_people__united') }}

),

leads as (

    select *
    from {{ ref('int_leads__united') }}

),

all_names as (

    select lower({{ trimmed('full_name') }}) as person_name from people
    union distinct
    select lower({{ trimmed('full_name') }}) as person_name from leads

),

-- One word alone is no evidence: a contact without a first name may be called as the company is.
names as (

    select person_name
    from all_names
    where person_name like '% %'

)

select * from names
