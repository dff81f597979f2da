with

lost_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        competitor,
        territory,
        team,
        cast(competitor is not null as int) as numerator,
        1 as denominator
    from {{ ref('fct_deals') }}
    where is_lost

),

lost_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        cast(competitor is not null as int) as numerator,
        1 as denominator
    from {{ ref('fct_deal_product_lines') }}
    where
        is_lost
        and is_counted

)

{{ kpi_rollup('lost_deals', facts_by_dimension={'product_line': 'lost_deals_by_product_line'}) }}
