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
        case when is_won then amount else 0 end as numerator,
        amount as denominator
    from {{ ref('fct_deals') }}
    where is_closed

),

closed_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        case when is_won then amount else 0 end as numerator,
        amount as denominator
    from {{ ref('fct_deal_product_lines') }}
    where is_closed

)

{{ kpi_rollup(
    'closed_deals',
    facts_by_dimension={'product_line': 'closed_deals_by_product_line'}
) }}
