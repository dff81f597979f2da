with

deal_rows as (

    {{ contract_rows('hubspot', 'deal') }}

),

keyed_deals as (

    select
        deal_rows.*,
        {{ system_key('hubspot', 'deal_id') }} as deal_key,
        {{ system_key('hubspot', 'deal_pipeline_stage_id') }} as stage_id,
        {{ hubspot_is_deleted(has_archive=true) }} as is_gone
    from deal_rows

),

deal_stages as (

    select * from {{ ref('stg_hubspot__deal_stages') }}

),

deal_accounts as (

    select * from {{ ref('stg_hubspot__deal_accounts') }}
    where is_primary

),

deal_people as (

    select * from {{ ref('stg_hubspot__deal_people') }}
    where is_primary

),

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}

),

-- "closed_won" and "is_closed" of the stage decide. Only where no table knows the stage, the deal's
-- own "Is Closed Won" and "Is Deal Closed?" do. A deal's source is its own, else that of its
-- primary contact.
deals as (

    select
        'hubspot' as system,
        'deal' as source_table,
        keyed_deals.deal_key as deal_id,
        deal_accounts.account_record_id,
        keyed_deals.dealname as deal_name,
        keyed_deals.stage_id,
        coalesce(deal_stages.stage, keyed_deals.deal_pipeline_stage_id) as stage,
        coalesce(deal_stages.is_closed, keyed_deals.hs_is_closed, keyed_deals.hs_is_closed_won)
        is not null as is_stage_known,
        coalesce(deal_stages.is_won, keyed_deals.hs_is_closed_won, false) as is_won,
        coalesce(
            deal_stages.is_closed, keyed_deals.hs_is_closed or keyed_deals.hs_is_closed_won, false
        ) as is_closed,
        keyed_deals.createdate as created_at,
        {{ local_date('keyed_deals.closedate') }} as close_date,
        keyed_deals.amount,
        keyed_deals.deal_currency_code as currency,
        {{ system_key('hubspot', 'keyed_deals.owner_id') }} as rep_id,
        keyed_deals.dealtype as deal_type,
        coalesce(keyed_deals.hs_analytics_source, contacts.lead_source) as lead_source,
        case
            when keyed_deals.hs_analytics_source is null then contacts.campaign_id
            else {{ system_key('hubspot', 'keyed_deals.hs_analytics_source_data_1') }}
        end as campaign_id,
        keyed_deals.competitor,
        keyed_deals.closed_lost_reason as loss_reason,
        deal_people.person_record_id as primary_person_record_id,
        {{ local_date('keyed_deals.closedate') }} as expected_close_date,
        keyed_deals.contract_term_months,
        keyed_deals.is_gone as is_deleted,
        cast(null as {{ dbt.type_string() }}) as merged_into_deal_id,
        keyed_deals.hs_merged_object_ids
    from keyed_deals
    left join deal_stages
        on keyed_deals.stage_id = deal_stages.stage_id
    left join deal_accounts
        on keyed_deals.deal_key = deal_accounts.deal_id
    left join deal_people
        on keyed_deals.deal_key = deal_people.deal_id
    left join contacts
        on deal_people.person_record_id = contacts.person_record_id

)

select * from deals
