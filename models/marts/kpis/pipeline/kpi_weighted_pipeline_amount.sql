with

pipeline_snapshots as (

    select
        snapshot_date,
        deal_id,
        stage,
        territory,
        team,
        rep_id,
        lead_source,
        {{ chance_to_win('probability') }} as chance_to_win,
        amount
    from {{ ref('fct_pipeline_snapshots') }}

),

snapshot_product_lines as (

    select
        snapshot_date,
        deal_id,
        product_line,
        amount
    from {{ ref('fct_pipeline_snapshot_product_lines') }}

),

-- A stage without a probability has no chance.
open_deals as (

    select
        deal_id as fact_id,
        snapshot_date as kpi_date,
        stage,
        territory,
        team,
        rep_id as rep,
        lead_source,
        amount * chance_to_win as numerator
    from pipeline_snapshots

),

open_deals_by_product_line as (

    select
        snapshot_product_lines.deal_id as fact_id,
        snapshot_product_lines.snapshot_date as kpi_date,
        snapshot_product_lines.product_line,
        snapshot_product_lines.amount * pipeline_snapshots.chance_to_win as numerator
    from snapshot_product_lines
    inner join pipeline_snapshots
        on
            snapshot_product_lines.snapshot_date = pipeline_snapshots.snapshot_date
            and snapshot_product_lines.deal_id = pipeline_snapshots.deal_id

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
