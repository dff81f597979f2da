with

product_2_rows as (

    {{ contract_rows('salesforce', 'product_2') }}

),

products as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as product_id,
        name as product_name,
        family as product_line,
        list_price,
        launched_on
    from product_2_rows

)

select * from products
