with

-- A deal without a created date has no known cycle.
won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        team,
        rep_id as rep,
        lead_source,
        sales_cycle_days as numerator
    from {{ ref('fct_deals') }}
    where is_won and sales_cycle_days is not null

)

{{ kpi_rollup('won_deals') }}
