with

deals as (

    select
        deal_id,
        amount
    from {{ ref('int_deals__valued') }}

),

amounts_of_lines as (

    select
        deal_id,
        {{ as_measure('sum(amount)') }} as amount
    from {{ ref('int_deals__line_items') }}
    group by deal_id

),

unallocated_amounts as (

    select
        deals.deal_id,
        {{ as_measure('deals.amount - coalesce(amounts_of_lines.amount, 0)') }} as amount
    from deals
    left join amounts_of_lines
        on deals.deal_id = amounts_of_lines.deal_id
    where amounts_of_lines.deal_id is null or deals.amount <> amounts_of_lines.amount

)

select * from unallocated_amounts
