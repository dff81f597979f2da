with

deals as (

    select
        deal_id,
        close_date,
        territory,
        market,
        team,
        rep_id,
        lead_source,
        industry,
        sales_cycle_days
    from {{ ref('fct_deals') }}
    where is_won and sales_cycle_days is not null

),

deal_product_lines as (

    select
        deal_id,
        close_date,
        product_line,
        sales_cycle_days,
        is_counted
    from {{ ref('fct_deal_product_lines') }}
    where is_won and sales_cycle_days is not null

),

-- A deal without a created date has no known cycle and is in neither part of the ratio.
won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        team,
        rep_id as rep,
        lead_source,
        industry,
        sales_cycle_days as numerator,
        1 as denominator
    from deals

),

won_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        sales_cycle_days as numerator,
        1 as denominator
    from deal_product_lines
    where is_counted

)

{{ kpi_rollup('won_deals', facts_by_dimension={'product_line': 'won_deals_by_product_line'}) }}
