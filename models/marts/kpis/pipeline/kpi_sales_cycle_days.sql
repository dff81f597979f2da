with

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
    from {{ ref('fct_deals') }}
    where is_won and sales_cycle_days is not null

),

won_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        sales_cycle_days as numerator,
        1 as denominator
    from {{ ref('fct_deal_product_lines') }}
    where
        is_won
        and sales_cycle_days is not null
        and is_counted

)

{{ kpi_rollup('won_deals', facts_by_dimension={'product_line': 'won_deals_by_product_line'}) }}
