with

product_rows as (

    {{ contract_rows('tabular', 'product') }}

),

products as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'product_id') }} as product_id,
        product_name,
        product_line,
        list_price,
        launched_on
    from product_rows

)

select * from products
