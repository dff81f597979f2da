with

deals as (

    select *
    from {{ ref('fct_deals') }}
    where is_won and amount_in_currency is not null

),

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        team,
        rep_id as rep,
        revenue_type,
        amount as numerator
    from deals

),

-- In a product line a deal is what its lines of it sum to.
won_deals_by_product_line as (

    select
        product_lines.deal_id as fact_id,
        product_lines.close_date as kpi_date,
        product_lines.product_line,
        product_lines.amount as numerator
    from {{ ref('fct_deal_product_lines') }} as product_lines
    inner join deals
        on product_lines.deal_id = deals.deal_id
    where product_lines.is_counted

)

{{ kpi_rollup('won_deals', facts_by_dimension={'product_line': 'won_deals_by_product_line'}) }}
