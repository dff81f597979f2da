with

deal_rows as (

    {{ contract_rows('tabular', 'deal') }}

),

deal_stages as (

    select
        stage_id,
        is_won,
        is_closed
    from {{ ref('stg_tabular__deal_stages') }}

),

-- A deal that tells its outcome itself goes before its stage: its flags first, then its status.
outcomes as (

    select
        *,
        coalesce(
            is_won,
            case when not is_closed then false end,
            case when lower(status) in ('won', 'lost', 'open') then lower(status) = 'won' end
        ) as own_is_won,
        coalesce(
            case when is_won then true end,
            is_closed,
            case when lower(status) in ('won', 'lost', 'open') then lower(status) != 'open' end
        ) as own_is_closed
    from deal_rows

),

deals as (

    select
        'tabular' as system,
        'deal' as source_table,
        {{ system_key('tabular', 'outcomes.deal_id') }} as deal_id,
        {{ system_key('tabular', 'outcomes.account_id') }} as account_record_id,
        outcomes.deal_name,
        {{ system_key('tabular', 'outcomes.stage') }} as stage_id,
        {{ without_instance('tabular', 'outcomes.stage') }} as stage,
        deal_stages.stage_id is not null
        or outcomes.own_is_won is not null and outcomes.own_is_closed is not null as is_stage_known,
        coalesce(outcomes.own_is_won, deal_stages.is_won, false) as is_won,
        coalesce(outcomes.own_is_closed, deal_stages.is_closed, false) as is_closed,
        outcomes.created_at,
        outcomes.close_date,
        outcomes.amount,
        outcomes.currency,
        {{ system_key('tabular', 'outcomes.owner_rep_id') }} as rep_id,
        outcomes.deal_type,
        outcomes.lead_source,
        {{ system_key('tabular', 'outcomes.campaign') }} as campaign_id,
        outcomes.competitor,
        outcomes.loss_reason,
        {{ system_key('tabular', 'outcomes.primary_person_id') }} as primary_person_record_id,
        coalesce(outcomes.expected_close_date, outcomes.close_date) as expected_close_date,
        outcomes.contract_term_months,
        {{ system_key('tabular', 'outcomes.lead_id') }} as lead_id,
        coalesce(outcomes.is_deleted, false) as is_deleted,
        {{ system_key('tabular', 'outcomes.merged_into_deal_id') }} as merged_into_deal_id
    from outcomes
    left join deal_stages
        on {{ system_key('tabular', 'outcomes.stage') }} = deal_stages.stage_id

)

select * from deals
