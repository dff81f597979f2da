with

list_rows as (

    {{ contract_rows('mailchimp', 'list') }}

),

lists as (

    select
        id as list_id,
        name as list_name
    from list_rows

)

select * from lists
