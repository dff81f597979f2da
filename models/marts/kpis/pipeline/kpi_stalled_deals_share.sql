with

pipeline_snapshots as (

    select
        snapshot_date,
        deal_id,
        stage,
        team,
        rep_id,
        territory
    from {{ ref('fct_pipeline_snapshots') }}

),

-- A deal's creation is the entry of its first stage.
signs_of_life as (

    select
        deal_id,
        created_date as sign_date
    from {{ ref('fct_deals') }}
    union
    select
        deal_id,
        entered_date as sign_date
    from {{ ref('fct_deal_stage_visits') }}
    union
    select
        deal_id,
        activity_date as sign_date
    from {{ ref('fct_deal_outreach') }}

),

deals_with_signs_of_life as (

    select distinct
        pipeline_snapshots.snapshot_date,
        pipeline_snapshots.deal_id
    from pipeline_snapshots
    inner join signs_of_life
        on
            pipeline_snapshots.deal_id = signs_of_life.deal_id
            and signs_of_life.sign_date
            between {{ add_days(
                'pipeline_snapshots.snapshot_date', -(var('stalled_after_days') | int)
            ) }}
            and pipeline_snapshots.snapshot_date

),

open_deals as (

    select
        pipeline_snapshots.deal_id as fact_id,
        pipeline_snapshots.snapshot_date as kpi_date,
        pipeline_snapshots.stage,
        pipeline_snapshots.team,
        pipeline_snapshots.rep_id as rep,
        pipeline_snapshots.territory,
        cast(deals_with_signs_of_life.deal_id is null as int) as numerator,
        1 as denominator
    from pipeline_snapshots
    left join deals_with_signs_of_life
        on
            pipeline_snapshots.deal_id = deals_with_signs_of_life.deal_id
            and pipeline_snapshots.snapshot_date = deals_with_signs_of_life.snapshot_date

),

open_deals_at_period_ends as (

    {{ facts_at_period_ends('open_deals') }}

)

{{ kpi_rollup('open_deals_at_period_ends') }}
