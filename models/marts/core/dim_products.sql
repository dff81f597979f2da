with

products as (

    select
        product_id,
        product_name,
        coalesce(product_line, '(none)') as product_line,
        list_price,
        launched_on,
        is_inferred
    from {{ ref('int_products__resolved') }}

),

-- The part of a deal's amount that its lines do not explain is sold under this name.
products_and_unallocated as (

    select * from products
    union all
    select
        '(unallocated)' as product_id,
        '(unallocated)' as product_name,
        '(unallocated)' as product_line,
        cast(null as {{ sql_type('decimal') }}) as list_price,
        cast(null as date) as launched_on,
        false as is_inferred

)

select * from products_and_unallocated
