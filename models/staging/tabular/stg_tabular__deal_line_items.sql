with

deal_line_item_rows as (

    {{ contract_rows('tabular', 'deal_line_item') }}

),

deal_line_items as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'line_item_id') }} as line_item_id,
        {{ system_key('tabular', 'deal_id') }} as deal_id,
        product_id as raw_product_id,
        quantity,
        unit_price,
        list_price,
        amount,
        false as is_deleted
    from deal_line_item_rows

)

select * from deal_line_items
