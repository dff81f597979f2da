with

snapshots as (

    select *
    from {{ ref('int_deals__snapshots') }}

),

stages as (

    select
        stage_id,
        stage,
        probability
    from {{ ref('int_deals__stages') }}

),

deals as (

    select
        deal_id,
        lead_source
    from {{ ref('fct_deals') }}

),

accounts as (

    select
        account_id,
        territory
    from {{ ref('int_accounts__resolved') }}

),

placements as (

    select *
    from {{ ref('int_reps__placements') }}

),

-- Where the owner was on that day, as everywhere.
pipeline_snapshots as (

    select
        snapshots.snapshot_date,
        snapshots.deal_id,
        snapshots.account_id,
        snapshots.stage_id,
        coalesce(stages.stage, {{ native_id_of('snapshots.stage_id') }})
            as stage,
        stages.probability,
        snapshots.rep_id,
        placements.team,
        coalesce(accounts.territory, placements.territory) as territory,
        deals.lead_source,
        {{ as_measure('snapshots.amount_in_currency * snapshots.exchange_rate') }} as amount,
        snapshots.currency_code,
        snapshots.exchange_rate,
        snapshots.expected_close_date
    from snapshots
    inner join deals
        on snapshots.deal_id = deals.deal_id
    left join stages
        on snapshots.stage_id = stages.stage_id
    left join accounts
        on snapshots.account_id = accounts.account_id
    left join placements
        on
            snapshots.rep_id = placements.rep_id
            and snapshots.snapshot_date between placements.valid_from and placements.valid_to

)

select * from pipeline_snapshots
