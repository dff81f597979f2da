with

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        team,
        rep_id as rep,
        lead_source,
        revenue_type,
        industry,
        amount as numerator,
        1 as denominator
    from {{ ref('fct_deals') }}
    where is_won

),

won_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        amount as numerator,
        cast(is_counted as int) as denominator
    from {{ ref('fct_deal_product_lines') }}
    where is_won

)

{{ kpi_rollup('won_deals', facts_by_dimension={'product_line': 'won_deals_by_product_line'}) }}
