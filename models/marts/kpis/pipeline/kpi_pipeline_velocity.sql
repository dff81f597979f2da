with

-- The denominator is the mean of the cycles that are known.
won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        team,
        amount as numerator,
        sales_cycle_days as denominator
    from {{ ref('fct_deals') }}
    where is_won

),

won_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        amount as numerator,
        case when is_counted then sales_cycle_days end as denominator
    from {{ ref('fct_deal_product_lines') }}
    where is_won

)

{{ kpi_rollup('won_deals', facts_by_dimension={'product_line': 'won_deals_by_product_line'}) }}
