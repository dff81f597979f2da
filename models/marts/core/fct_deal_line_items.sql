with

line_items as (

    select
        line_item_id,
        deal_id,
        product_id,
        quantity,
        list_price,
        exchange_rate,
        amount
    from {{ ref('int_deals__line_items') }}

),

products as (

    select
        product_id,
        product_line,
        list_price,
        launched_on
    from {{ ref('dim_products') }}

),

deals as (

    select
        deal_id,
        rep_id,
        team,
        territory,
        market,
        close_date,
        is_closed,
        is_won,
        amount
    from {{ ref('fct_deals') }}

),

line_items_with_product as (

    select
        line_items.line_item_id,
        line_items.deal_id,
        line_items.product_id,
        coalesce(products.product_line, '(none)') as product_line,
        products.launched_on,
        line_items.quantity,
        line_items.amount,
        {{ as_measure('coalesce(line_items.list_price, products.list_price) * coalesce(line_items.quantity, 1) * line_items.exchange_rate') }} as list_amount,
        false as is_unallocated
    from line_items
    left join products
        on line_items.product_id = products.product_id

),

amounts_of_lines as (

    select
        deal_id,
        sum(amount) as amount
    from line_items
    group by deal_id

),

-- What the lines leave of the deal's amount is one more row, so that revenue by product is all the revenue.
unallocated_amounts as (

    select
        'unallocated:' || deals.deal_id as line_item_id,
        deals.deal_id,
        '(unallocated)' as product_id,
        '(unallocated)' as product_line,
        cast(null as date) as launched_on,
        cast(null as {{ sql_type('decimal') }}) as quantity,
        {{ as_measure('deals.amount - coalesce(amounts_of_lines.amount, 0)') }} as amount,
        cast(null as {{ sql_type('measure') }}) as list_amount,
        true as is_unallocated
    from deals
    left join amounts_of_lines
        on deals.deal_id = amounts_of_lines.deal_id
    where amounts_of_lines.deal_id is null or deals.amount <> amounts_of_lines.amount

),

all_line_items as (

    select * from line_items_with_product
    union all
    select * from unallocated_amounts

),

line_items_of_deals as (

    select
        all_line_items.line_item_id,
        all_line_items.deal_id,
        all_line_items.product_id,
        all_line_items.product_line,
        all_line_items.launched_on,
        deals.rep_id,
        deals.team,
        deals.territory,
        deals.market,
        deals.close_date,
        deals.is_closed,
        deals.is_won,
        all_line_items.quantity,
        all_line_items.amount,
        all_line_items.list_amount,
        all_line_items.is_unallocated,
        coalesce(
            all_line_items.launched_on between {{ add_months_to('deals.close_date', '-' ~ var('new_product_months')) }} and deals.close_date,
            false
        ) as is_new_product
    from all_line_items
    inner join deals
        on all_line_items.deal_id = deals.deal_id

)

select * from line_items_of_deals
