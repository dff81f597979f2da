with

deals as (

    select
        deal_id,
        surviving_deal_id
    from {{ ref('int_deals__delivered') }}

),

deal_merges as (

    select *
    from {{ ref('int_deal_merges__united') }}

),

-- Other records may still name a deal that lost a merge and that no system delivers any more.
undelivered_deals as (

    select
        deal_merges.record_id as deal_id,
        min(coalesce(survivors.surviving_deal_id, deal_merges.survivor_record_id))
            as surviving_deal_id
    from deal_merges
    left join deals
        on deal_merges.record_id = deals.deal_id
    left join deals as survivors
        on deal_merges.survivor_record_id = survivors.deal_id
    where deals.deal_id is null
    group by deal_merges.record_id

),

all_deals as (

    select * from deals
    union all
    select * from undelivered_deals

)

select * from all_deals
