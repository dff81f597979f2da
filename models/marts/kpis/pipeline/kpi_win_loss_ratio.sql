with

closed_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        team,
        rep_id as rep,
        lead_source,
        industry,
        competitor,
        cast(is_won as int) as numerator,
        cast(is_lost as int) as denominator
    from {{ ref('fct_deals') }}
    where is_closed

),

closed_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        cast(is_won as int) as numerator,
        cast(is_lost as int) as denominator
    from {{ ref('fct_deal_product_lines') }}
    where
        is_closed
        and is_counted

)

{{ kpi_rollup(
    'closed_deals',
    facts_by_dimension={'product_line': 'closed_deals_by_product_line'}
) }}
