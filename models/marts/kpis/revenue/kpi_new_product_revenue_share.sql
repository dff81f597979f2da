with

deals as (

    select
        deal_id,
        close_date,
        territory,
        market,
        team,
        amount
    from {{ ref('fct_deals') }}
    where is_won

),

deal_product_lines as (

    select
        deal_id,
        close_date,
        product_line,
        new_product_amount,
        amount
    from {{ ref('fct_deal_product_lines') }}
    where is_won

),

new_product_amounts as (

    select
        deal_id,
        sum(new_product_amount) as new_product_amount
    from deal_product_lines
    group by deal_id

),

won_deals as (

    select
        deals.deal_id as fact_id,
        deals.close_date as kpi_date,
        deals.territory,
        deals.market,
        deals.team,
        new_product_amounts.new_product_amount as numerator,
        deals.amount as denominator
    from deals
    inner join new_product_amounts
        on deals.deal_id = new_product_amounts.deal_id

),

won_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        new_product_amount as numerator,
        amount as denominator
    from deal_product_lines

)

{{ kpi_rollup('won_deals', facts_by_dimension={'product_line': 'won_deals_by_product_line'}) }}
