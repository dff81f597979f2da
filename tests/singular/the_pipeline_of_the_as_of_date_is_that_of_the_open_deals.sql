with

open_deals as (

    select
        deal_id,
        amount
    from {{ ref('fct_deals') }}
    where not is_closed

),

snapshots as (

    select
        deal_id,
        amount
    from {{ ref('fct_pipeline_snapshots') }}
    where snapshot_date = {{ as_of_date() }}

)

select
    coalesce(open_deals.deal_id, snapshots.deal_id) as deal_id,
    'expected an open deal once in the pipeline of the as-of date with its amount, found '
    || coalesce(cast(open_deals.amount as {{ dbt.type_string() }}), 'no deal') || ' and '
    || coalesce(cast(snapshots.amount as {{ dbt.type_string() }}), 'no row') as message
from open_deals
full outer join snapshots
    on open_deals.deal_id = snapshots.deal_id
where
    open_deals.deal_id is null
    or snapshots.deal_id is null
    or coalesce(open_deals.amount <> snapshots.amount, false)
