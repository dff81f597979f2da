with

products as (

    select *
    from {{ ref('int_products__united') }}

),

sold_products as (

    select distinct product_id
    from {{ ref('int_deals__line_items') }}
    where product_id is not null

),

-- A line may name a product that no system delivered: it is a product all the same, of unknown
-- attributes.
united_products as (

    select
        coalesce(products.product_id, sold_products.product_id) as product_id,
        coalesce(products.product_name, sold_products.product_id) as product_name,
        products.product_line,
        products.list_price,
        products.launched_on,
        products.product_id is null as is_inferred
    from products
    full outer join sold_products
        on products.product_id = sold_products.product_id

)

select * from united_products
