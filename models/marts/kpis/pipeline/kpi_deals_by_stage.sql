with

open_deals as (

    select
        deal_id as fact_id,
        snapshot_date as kpi_date,
        stage,
        team,
        rep_id as rep,
        territory,
        1 as numerator
    from {{ ref('fct_pipeline_snapshots') }}

),

open_deals_at_period_ends as (

    {{ facts_at_period_ends('open_deals') }}

)

{{ kpi_rollup('open_deals_at_period_ends') }}
