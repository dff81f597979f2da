with

-- A line without a list price has no discount either, so it is in neither part of the ratio.
line_items_with_list_price as (

    select
        line_item_id as fact_id,
        close_date as kpi_date,
        product_id as product,
        product_line,
        team,
        rep_id as rep,
        list_amount - amount as numerator,
        list_amount as denominator
    from {{ ref('fct_deal_line_items') }}
    where is_won and list_amount is not null

)

{{ kpi_rollup('line_items_with_list_price') }}
