with

product_rows as (

    {{ contract_rows('hubspot', 'product') }}

),

products as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'id') }} as product_id,
        name as product_name,
        product_line,
        price as list_price,
        launched_on
    from product_rows

)

select * from products
