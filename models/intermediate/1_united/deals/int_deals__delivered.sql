with recursive

deals as (

    select *
    from {{ ref('int_deals__united') }}

),

deal_merges as (

    select *
    from {{ ref('int_deal_merges__united') }}

),

stated_merges as (

    {{ stated_merges('deals', 'deal_id', 'merged_into_deal_id', 'deal_merges') }}

),

merge_steps as (

    {{ merge_steps('stated_merges', 'deal_id', 'merged_into_deal_id') }}

),

merge_survivors as (

    select
        deal_id,
        {{ last_survivor() }} as surviving_deal_id
    from merge_steps
    group by deal_id

),

deals_with_survivor as (

    select
        deals.*,
        coalesce(merge_survivors.surviving_deal_id, deals.deal_id) as surviving_deal_id
    from deals
    left join merge_survivors
        on deals.deal_id = merge_survivors.deal_id

)

select * from deals_with_survivor
