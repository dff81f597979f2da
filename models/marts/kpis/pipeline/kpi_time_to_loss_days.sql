with

-- A deal without a created date has no known cycle and is in neither part of the ratio.
lost_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        team,
        rep_id as rep,
        competitor,
        lead_source,
        sales_cycle_days as numerator,
        1 as denominator
    from {{ ref('fct_deals') }}
    where is_lost and sales_cycle_days is not null

)

{{ kpi_rollup('lost_deals') }}
