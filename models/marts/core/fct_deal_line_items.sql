with

deals as (

    select *
    from {{ ref('fct_deals') }}

),

products as (

    select *
    from {{ ref('dim_products') }}

),

-- The rest of the deal's amount is one more row, so that revenue by product is all the revenue.
line_items as (

    select
        line_item_id,
        deal_id,
        product_id,
        quantity,
        list_price,
        amount,
        false as is_unallocated
    from {{ ref('int_deals__line_items') }}
    union all
    select
        'unallocated:' || deal_id as line_item_id,
        deal_id,
        '(unallocated)' as product_id,
        null as quantity,
        null as list_price,
        amount,
        true as is_unallocated
    from {{ ref('int_deals__unallocated') }}

),

line_items_of_deals as (

    select
        line_items.line_item_id,
        line_items.deal_id,
        line_items.product_id,
        coalesce(products.product_line, '(none)') as product_line,
        products.launched_on,
        deals.rep_id,
        deals.team,
        deals.territory,
        deals.market,
        deals.close_date,
        deals.is_closed,
        deals.is_won,
        line_items.quantity,
        line_items.amount,
        {{ as_measure(
            'cast(coalesce(line_items.list_price, products.list_price)'
            ~ ' * coalesce(line_items.quantity, 1) as ' ~ sql_type('decimal') ~ ')'
            ~ ' * deals.exchange_rate'
        ) }} as list_amount,
        line_items.is_unallocated,
        coalesce(
            products.launched_on
            between {{ add_months_to('deals.close_date', '-' ~ var('new_product_months')) }}
            and deals.close_date,
            false
        ) as is_new_product
    from line_items
    inner join deals
        on line_items.deal_id = deals.deal_id
    left join products
        on line_items.product_id = products.product_id

)

select * from line_items_of_deals
