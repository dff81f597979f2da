with

form_rows as (

    {{ contract_rows('hubspot', 'form') }}

),

forms as (

    select
        guid as form_id,
        name as form_name
    from form_rows

)

select * from forms
