with

open_deals as (

    select
        deal_id as fact_id,
        snapshot_date as kpi_date,
        stage,
        territory,
        team,
        rep_id as rep,
        lead_source,
        amount as numerator
    from {{ ref('fct_pipeline_snapshots') }}

),

open_deals_by_product_line as (

    select
        deal_id as fact_id,
        snapshot_date as kpi_date,
        product_line,
        amount as numerator
    from {{ ref('fct_pipeline_snapshot_product_lines') }}

),

open_deals_at_period_ends as (

    {{ facts_at_period_ends('open_deals') }}

),

open_deals_at_period_ends_by_product_line as (

    {{ facts_at_period_ends('open_deals_by_product_line') }}

)

{{ kpi_rollup(
    'open_deals_at_period_ends',
    facts_by_dimension={'product_line': 'open_deals_at_period_ends_by_product_line'}
) }}
