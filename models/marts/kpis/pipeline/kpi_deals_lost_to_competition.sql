with

deals_lost_to_a_competitor as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        competitor,
        territory,
        team,
        1 as numerator
    from {{ ref('fct_deals') }}
    where is_lost and competitor is not null

),

deals_lost_to_a_competitor_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        1 as numerator
    from {{ ref('fct_deal_product_lines') }}
    where
        is_lost
        and competitor is not null
        and is_counted

)

{{ kpi_rollup(
    'deals_lost_to_a_competitor',
    facts_by_dimension={'product_line': 'deals_lost_to_a_competitor_by_product_line'}
) }}
