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
        1 as numerator
    from {{ ref('fct_deals') }}
    where is_won

)

{{ kpi_rollup('won_deals') }}
