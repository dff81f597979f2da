with

line_item_deal_rows as (

    {{ contract_rows('hubspot', 'line_item_deal') }}

),

line_item_deals as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'line_item_id') }} as line_item_id,
        {{ system_key('hubspot', 'deal_id') }} as deal_id,
        coalesce(_fivetran_deleted, false) as is_deleted
    from line_item_deal_rows

)

select * from line_item_deals
