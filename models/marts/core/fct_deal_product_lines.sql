with

line_items as (

    select
        deal_id,
        product_line,
        is_unallocated,
        is_new_product,
        amount
    from {{ ref('fct_deal_line_items') }}

),

deals as (

    select
        deal_id,
        close_date,
        is_closed,
        is_won,
        is_lost,
        is_new_business,
        competitor,
        sales_cycle_days
    from {{ ref('fct_deals') }}

),

lines_per_deal as (

    select
        deal_id,
        product_line,
        sum(amount) as amount,
        coalesce(sum(case when is_new_product then amount end), 0) as new_product_amount,
        bool_and(is_unallocated) as is_unallocated
    from line_items
    group by deal_id, product_line

),

counted_lines as (

    select
        lines_per_deal.*,
        count(*) over (partition by lines_per_deal.deal_id) as count_product_lines
    from lines_per_deal

),

-- A deal counts once in each product line of its lines, and in `(unallocated)` only if it has no
-- line.
deal_product_lines as (

    select
        counted_lines.deal_id,
        counted_lines.product_line,
        deals.close_date,
        deals.is_closed,
        deals.is_won,
        deals.is_lost,
        deals.is_new_business,
        deals.competitor,
        deals.sales_cycle_days,
        {{ as_measure('counted_lines.amount') }} as amount,
        {{ as_measure('counted_lines.new_product_amount') }} as new_product_amount,
        not counted_lines.is_unallocated or counted_lines.count_product_lines = 1 as is_counted
    from counted_lines
    inner join deals
        on counted_lines.deal_id = deals.deal_id

)

select * from deal_product_lines
