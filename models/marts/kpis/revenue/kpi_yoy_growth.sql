with

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        team,
        amount as numerator
    from {{ ref('fct_deals') }}
    where is_won

),

won_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        amount as numerator
    from {{ ref('fct_deal_product_lines') }}
    where is_won

)

{{ kpi_rollup('won_deals', facts_by_dimension={'product_line': 'won_deals_by_product_line'}) }}
