with

line_item_rows as (

    {{ contract_rows('hubspot', 'line_item') }}

),

line_item_deals as (

    select * from {{ ref('stg_hubspot__line_item_deals') }}
    where not is_deleted
    qualify row_number() over (
        partition by line_item_id order by {{ hubspot_id_order('deal_id') }}
    ) = 1

),

line_items as (

    select
        line_item_rows.*,
        {{ system_key('hubspot', 'id') }} as line_item_id,
        {{ hubspot_is_deleted(has_archive=true) }} as is_gone
    from line_item_rows

),

-- "Unit price" is the price before discounts, "Unit discount" what is taken off it, and "Net price"
-- (amount) the price of the whole line after it.
deal_line_items as (

    select
        'hubspot' as system,
        line_items.line_item_id,
        line_item_deals.deal_id,
        line_items.hs_product_id as raw_product_id,
        line_items.quantity,
        line_items.price - coalesce(line_items.discount, 0) as unit_price,
        line_items.price as list_price,
        line_items.amount,
        line_items.is_gone as is_deleted
    from line_items
    left join line_item_deals
        on line_items.line_item_id = line_item_deals.line_item_id

)

select * from deal_line_items
