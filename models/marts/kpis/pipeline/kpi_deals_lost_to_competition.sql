with

deals as (

    select
        deal_id,
        close_date,
        competitor,
        territory,
        team
    from {{ ref('fct_deals') }}
    where is_lost and competitor is not null

),

deal_product_lines as (

    select
        deal_id,
        close_date,
        product_line,
        is_counted
    from {{ ref('fct_deal_product_lines') }}
    where is_lost and competitor is not null

),

deals_lost_to_a_competitor as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        competitor,
        territory,
        team,
        1 as numerator
    from deals

),

deals_lost_to_a_competitor_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        1 as numerator
    from deal_product_lines
    where is_counted

)

{{ kpi_rollup(
    'deals_lost_to_a_competitor',
    facts_by_dimension={'product_line': 'deals_lost_to_a_competitor_by_product_line'}
) }}
