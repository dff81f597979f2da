with

line_items as (

    select *
    from {{ ref('int_deal_line_items__united') }}

),

deals as (

    select
        deal_id,
        exchange_rate
    from {{ ref('int_deals__valued') }}

),

survivors as (

    select *
    from {{ ref('int_deals__survivors') }}

),

product_mapping as (

    {{ mapping_of_systems('products', ['product_id']) }}

),

-- The lines of a deal that lost a merge are the survivor's. The seed may name a product by its own
-- id or, to unite systems, by its key.
line_items_with_product as (

    select
        line_items.*,
        coalesce(survivors.surviving_deal_id, line_items.deal_id) as surviving_deal_id,
        {{ product_key(
            'product_mapping.product_id', 'line_items.system', 'line_items.raw_product_id'
        ) }} as product_id,
        cast(
            coalesce(line_items.amount, line_items.quantity * line_items.unit_price, 0)
            as {{ sql_type('decimal') }}
        ) as amount_in_currency
    from line_items
    left join survivors
        on line_items.deal_id = survivors.deal_id
    left join product_mapping
        on
            line_items.system = product_mapping.system
            and lower(line_items.raw_product_id) = product_mapping.raw_value

),

valued_line_items as (

    select
        line_items_with_product.line_item_id,
        line_items_with_product.surviving_deal_id as deal_id,
        line_items_with_product.product_id,
        line_items_with_product.quantity,
        line_items_with_product.list_price,
        deals.exchange_rate,
        line_items_with_product.amount_in_currency,
        {{ as_measure('line_items_with_product.amount_in_currency * deals.exchange_rate') }}
            as amount
    from line_items_with_product
    inner join deals
        on line_items_with_product.surviving_deal_id = deals.deal_id
    where not line_items_with_product.is_deleted

)

select * from valued_line_items
