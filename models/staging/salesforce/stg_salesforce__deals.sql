with

opportunity_rows as (

    {{ contract_rows('salesforce', 'opportunity') }}

),

deal_stages as (

    select
        stage_id,
        is_won,
        is_closed
    from {{ ref('stg_salesforce__deal_stages') }}

),

-- "IsWon" and "IsClosed" of an opportunity are "directly controlled by StageName"; a connector that
-- leaves them out as formula fields still delivers the stages themselves.
opportunities_with_stage_flags as (

    select
        opportunity_rows.*,
        coalesce(opportunity_rows.is_won, deal_stages.is_won) as stage_is_won,
        coalesce(opportunity_rows.is_closed, deal_stages.is_closed) as stage_is_closed
    from opportunity_rows
    left join deal_stages
        on
            {{ system_key('salesforce', 'opportunity_rows.stage_name') }}
            = deal_stages.stage_id

),

deals as (

    select
        'salesforce' as system,
        'opportunity' as source_table,
        {{ system_key('salesforce', 'id') }} as deal_id,
        {{ system_key('salesforce', 'account_id') }} as account_record_id,
        name as deal_name,
        {{ system_key('salesforce', 'stage_name') }} as stage_id,
        {{ without_instance('salesforce', 'stage_name') }} as stage,
        stage_is_closed is not null or stage_is_won is not null as is_stage_known,
        coalesce(stage_is_won, false) as is_won,
        coalesce(stage_is_closed, false) or coalesce(stage_is_won, false) as is_closed,
        created_date as created_at,
        close_date,
        amount,
        currency_iso_code as currency,
        {{ salesforce_owner_key() }} as rep_id,
        type as deal_type,
        lead_source,
        {{ system_key('salesforce', 'campaign_id') }} as campaign_id,
        competitor,
        loss_reason,
        {{ system_key('salesforce', 'primary_person_id') }} as primary_person_record_id,
        coalesce(expected_close_date, close_date) as expected_close_date,
        contract_term_months,
        {{ salesforce_is_deleted() }} as is_deleted,
        cast(null as {{ dbt.type_string() }}) as merged_into_deal_id
    from opportunities_with_stage_flags

)

select * from deals
