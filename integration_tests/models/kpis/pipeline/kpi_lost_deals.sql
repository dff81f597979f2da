with

deals as (

    select
        deal_id,
        close_date,
        territory,
        rep_id
    from {{ ref('fct_deals') }}
    where is_lost

),

lost_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        rep_id as rep,
        1 as numerator
    from deals

)

{{ sales_kpis.kpi_rollup('lost_deals') }}
