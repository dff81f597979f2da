with

snapshots as (

    select
        snapshot_date,
        deal_id,
        amount,
        exchange_rate
    from {{ ref('fct_pipeline_snapshots') }}

),

products as (

    select
        product_id,
        product_line
    from {{ ref('dim_products') }}

),

-- A deal's lines have no history: they are taken as they are, at the rate of the day.
product_lines as (

    select
        line_items.deal_id,
        coalesce(products.product_line, '(none)') as product_line,
        sum(line_items.amount_in_currency) as amount_in_currency
    from {{ ref('int_deals__line_items') }} as line_items
    left join products
        on line_items.product_id = products.product_id
    group by line_items.deal_id, coalesce(products.product_line, '(none)')

),

amounts_of_lines as (

    select
        snapshots.snapshot_date,
        snapshots.deal_id,
        product_lines.product_line,
        {{ as_measure('product_lines.amount_in_currency * snapshots.exchange_rate') }} as amount
    from snapshots
    inner join product_lines
        on snapshots.deal_id = product_lines.deal_id

),

sums_of_lines as (

    select
        snapshot_date,
        deal_id,
        sum(amount) as amount
    from amounts_of_lines
    group by snapshot_date, deal_id

),

-- The rest of the amount, which the lines do not explain; a deal counts there only without a line.
lines_and_rest as (

    select
        snapshot_date,
        deal_id,
        product_line,
        amount,
        true as is_counted
    from amounts_of_lines
    union all
    select
        snapshots.snapshot_date,
        snapshots.deal_id,
        '(unallocated)' as product_line,
        {{ as_measure('snapshots.amount - coalesce(sums_of_lines.amount, 0)') }} as amount,
        sums_of_lines.deal_id is null as is_counted
    from snapshots
    left join sums_of_lines
        on
            snapshots.snapshot_date = sums_of_lines.snapshot_date
            and snapshots.deal_id = sums_of_lines.deal_id
    where sums_of_lines.deal_id is null or snapshots.amount <> sums_of_lines.amount

)

select * from lines_and_rest
