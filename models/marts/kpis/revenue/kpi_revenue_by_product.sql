with

sold_line_items as (

    select
        line_item_id as fact_id,
        close_date as kpi_date,
        product_id as product,
        product_line,
        amount as numerator
    from {{ ref('fct_deal_line_items') }}
    where is_won

)

{{ kpi_rollup('sold_line_items') }}
