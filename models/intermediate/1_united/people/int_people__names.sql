with

people as (

    {{ union_systems('people', {'full_name': 'text'}) }}

),

leads as (

    {{ union_systems('leads', {'full_name': 'text'}) }}

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
