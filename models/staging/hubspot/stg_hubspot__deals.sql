with

deal_rows as (

    {{ contract_rows('hubspot', 'deal') }}

),

keyed_deals as (

    select
        deal_rows.*,
        {{ system_key('hubspot', 'deal_id') }} as deal_key,
        {{ system_key('hubspot', 'deal_pipeline_stage_id') }} as stage_id,
        {{ system_key('hubspot', 'owner_id') }} as owner_key,
        {{ hubspot_is_deleted(has_archive=true) }} as is_gone
    from deal_rows

),

queues as (

    select rep_id from {{ ref('stg_hubspot__reps') }}
    where is_queue

),

deal_accounts as (

    select * from {{ ref('stg_hubspot__deal_accounts') }}
    where is_primary

),

deal_people as (

    select * from {{ ref('stg_hubspot__deal_people') }}
    where is_primary

),

-- The stage decides. Where no table knows it, or its row does not say, the deal's own "Is Deal
-- Closed?" and "Is Closed Won" do.
deals_with_flags as (

    select
        keyed_deals.*,
        deal_stages.stage,
        coalesce(
            deal_stages.is_stated_closed,
            keyed_deals.hs_is_closed or keyed_deals.hs_is_closed_won,
            keyed_deals.hs_is_closed,
            keyed_deals.hs_is_closed_won
        ) as is_stated_closed,
        coalesce(
            deal_stages.is_stated_won, keyed_deals.hs_is_closed_won, deal_stages.closed_won
        ) as is_stated_won
    from keyed_deals
    left join {{ ref('stg_hubspot__deal_stages') }} as deal_stages
        on keyed_deals.stage_id = deal_stages.stage_id

),

-- A deal's source is its own, else that of its primary contact.
deals as (

    select
        'hubspot' as system,
        'deal' as source_table,
        deals_with_flags.deal_key as deal_id,
        deal_accounts.account_record_id,
        deals_with_flags.dealname as deal_name,
        deals_with_flags.stage_id,
        coalesce(deals_with_flags.stage, deals_with_flags.deal_pipeline_stage_id) as stage,
        deals_with_flags.is_stated_closed is not null as is_stage_known,
        coalesce(deals_with_flags.is_stated_closed and deals_with_flags.is_stated_won, false)
            as is_won,
        coalesce(deals_with_flags.is_stated_closed, false) as is_closed,
        deals_with_flags.createdate as created_at,
        {{ local_date('deals_with_flags.closedate') }} as close_date,
        deals_with_flags.amount,
        deals_with_flags.deal_currency_code as currency,
        case when queues.rep_id is null then deals_with_flags.owner_key end as rep_id,
        deals_with_flags.dealtype as deal_type,
        coalesce(deals_with_flags.hs_analytics_source, contacts.lead_source) as lead_source,
        case
            when deals_with_flags.hs_analytics_source is null then contacts.campaign_id
            else {{ system_key('hubspot', 'deals_with_flags.hs_analytics_source_data_1') }}
        end as campaign_id,
        deals_with_flags.competitor,
        deals_with_flags.closed_lost_reason as loss_reason,
        deal_people.person_record_id as primary_person_record_id,
        {{ local_date('deals_with_flags.closedate') }} as expected_close_date,
        deals_with_flags.contract_term_months,
        deals_with_flags.is_gone as is_deleted,
        cast(null as {{ dbt.type_string() }}) as merged_into_deal_id,
        deals_with_flags.hs_merged_object_ids
    from deals_with_flags
    left join deal_accounts
        on deals_with_flags.deal_key = deal_accounts.deal_id
    left join deal_people
        on deals_with_flags.deal_key = deal_people.deal_id
    left join {{ ref('stg_hubspot__contacts') }} as contacts
        on deal_people.person_record_id = contacts.person_record_id
    left join queues
        on deals_with_flags.owner_key = queues.rep_id

)

select * from deals
