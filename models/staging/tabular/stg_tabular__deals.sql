with

deal_rows as (

    {{ contract_rows('tabular', 'deal') }}

),

deal_stages as (

    select
        stage,
        is_won,
        is_closed
    from {{ ref('stg_tabular__deal_stages') }}

),

deals as (

    select
        'tabular' as system,
        'deal' as source_table,
        {{ system_key('tabular', 'deal_rows.deal_id') }} as deal_id,
        {{ system_key('tabular', 'deal_rows.account_id') }} as account_record_id,
        deal_rows.deal_name,
        {{ system_key('tabular', 'deal_rows.stage') }} as stage_id,
        deal_rows.stage,
        deal_stages.stage is not null as is_stage_known,
        coalesce(deal_stages.is_won, false) as is_won,
        coalesce(deal_stages.is_closed, false) as is_closed,
        deal_rows.created_at,
        deal_rows.close_date,
        deal_rows.amount,
        deal_rows.currency,
        {{ system_key('tabular', 'deal_rows.owner_rep_id') }} as rep_id,
        deal_rows.deal_type,
        deal_rows.lead_source,
        {{ system_key('tabular', 'deal_rows.campaign') }} as campaign_id,
        deal_rows.competitor,
        deal_rows.loss_reason,
        {{ system_key('tabular', 'deal_rows.primary_person_id') }} as primary_person_record_id,
        coalesce(deal_rows.expected_close_date, deal_rows.close_date) as expected_close_date,
        deal_rows.contract_term_months,
        coalesce(deal_rows.is_deleted, false) as is_deleted,
        {{ system_key('tabular', 'deal_rows.merged_into_deal_id') }} as merged_into_deal_id
    from deal_rows
    left join deal_stages
        on deal_rows.stage = deal_stages.stage

)

select * from deals
