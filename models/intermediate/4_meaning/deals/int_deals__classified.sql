with

deal_types as (

    {{ mapping_of_systems('deal_types', ['revenue_type']) }}

),

-- Order of an account's won deals: close date, created time, deal id. A deal without an account is
-- nobody's second.
won_deals as (

    select
        system,
        deal_id,
        account_id,
        deal_type,
        case
            when account_id is null then 1
            else row_number() over (
                partition by account_id
                order by close_date, created_at nulls last, {{ key_order('deal_id') }}
            )
        end as account_deal_number
    from {{ ref('int_deals__valued') }}
    where is_won

),

won_product_lines as (

    select distinct
        won_deals.deal_id,
        won_deals.account_id,
        won_deals.account_deal_number,
        products.product_line
    from won_deals
    inner join {{ ref('int_deals__line_items') }} as line_items
        on won_deals.deal_id = line_items.deal_id
    inner join {{ ref('int_products__resolved') }} as products
        on line_items.product_id = products.product_id
    where won_deals.account_id is not null and products.product_line is not null

),

product_lines_in_order as (

    select
        deal_id,
        account_deal_number = min(account_deal_number) over (
            partition by account_id, product_line
        ) as is_first_of_product_line
    from won_product_lines

),

deals_with_new_product_line as (

    select
        deal_id,
        bool_or(is_first_of_product_line) as has_new_product_line
    from product_lines_in_order
    group by deal_id

),

classified_deals as (

    select
        won_deals.deal_id,
        won_deals.account_deal_number,
        won_deals.account_deal_number = 1 as is_new_business,
        case
            when won_deals.account_deal_number = 1 then 'new_business'
            when deal_types.revenue_type in ('renewal', 'expansion', 'cross_sell', 'repeat')
                then deal_types.revenue_type
            when coalesce(deals_with_new_product_line.has_new_product_line, false) then 'cross_sell'
            else 'repeat'
        end as revenue_type
    from won_deals
    left join deal_types
        on
            won_deals.system = deal_types.system
            and lower(won_deals.deal_type) = deal_types.raw_value
    left join deals_with_new_product_line
        on won_deals.deal_id = deals_with_new_product_line.deal_id

)

select * from classified_deals
