with

opportunity_line_item_rows as (

    {{ contract_rows('salesforce', 'opportunity_line_item') }}

),

deal_line_items as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as line_item_id,
        {{ system_key('salesforce', 'opportunity_id') }} as deal_id,
        product_2_id as raw_product_id,
        quantity,
        unit_price,
        list_price,
        total_price as amount,
        {{ salesforce_is_deleted() }} as is_deleted
    from opportunity_line_item_rows

)

select * from deal_line_items
