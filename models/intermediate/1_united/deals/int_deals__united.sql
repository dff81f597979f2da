with recursive

deals as (

    {{ union_systems('deals', {
        'system': 'text',
        'source_table': 'text',
        'deal_id': 'text',
        'account_record_id': 'text',
        'stage_id': 'text',
        'stage': 'text',
        'is_stage_known': 'bool',
        'is_won': 'bool',
        'is_closed': 'bool',
        'created_at': 'timestamp',
        'close_date': 'date',
        'expected_close_date': 'date',
        'amount': 'decimal',
        'currency': 'text',
        'rep_id': 'text',
        'deal_type': 'text',
        'lead_source': 'text',
        'campaign_id': 'text',
        'competitor': 'text',
        'loss_reason': 'text',
        'contract_term_months': 'int',
        'is_deleted': 'bool',
        'merged_into_deal_id': 'text',
    }) }}

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
