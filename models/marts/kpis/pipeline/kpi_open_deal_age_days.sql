with

-- A deal without a created date has no known age and is in neither part of the ratio.
open_deals as (

    select
        snapshots.deal_id as fact_id,
        snapshots.snapshot_date as kpi_date,
        snapshots.stage,
        snapshots.team,
        snapshots.rep_id as rep,
        snapshots.territory,
        {{ days_between('deals.created_date', 'snapshots.snapshot_date') }} as numerator,
        1 as denominator
    from {{ ref('fct_pipeline_snapshots') }} as snapshots
    inner join {{ ref('fct_deals') }} as deals
        on snapshots.deal_id = deals.deal_id
    where deals.created_date is not null

),

open_deals_at_period_ends as (

    {{ facts_at_period_ends('open_deals') }}

)

{{ kpi_rollup('open_deals_at_period_ends') }}
