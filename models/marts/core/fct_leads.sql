with

leads as (

    select
        lead_id,
        system,
        rep_id,
        sourced_by_rep_id,
        industry,
        campaign_id,
        created_at,
        created_date,
        converted_deal_id
    from {{ ref('int_leads__united') }}

),

descriptions as (

    select *
    from {{ ref('int_leads__described') }}

),

merged_deals as (

    select
        deal_id,
        surviving_deal_id
    from {{ ref('int_deals__united') }}

),

leads_with_deal as (

    select
        leads.*,
        coalesce(merged_deals.surviving_deal_id, leads.converted_deal_id) as deal_id
    from leads
    left join merged_deals
        on leads.converted_deal_id = merged_deals.deal_id

),

won_deals as (

    select
        deal_id,
        close_date
    from {{ ref('fct_deals') }}
    where is_won

),

described_leads as (

    select
        leads_with_deal.lead_id,
        leads_with_deal.system,
        leads_with_deal.rep_id,
        leads_with_deal.sourced_by_rep_id,
        descriptions.team,
        descriptions.territory,
        descriptions.country,
        descriptions.market,
        leads_with_deal.industry,
        descriptions.lead_source,
        descriptions.lead_channel,
        descriptions.is_self_generated,
        leads_with_deal.campaign_id,
        leads_with_deal.created_at,
        leads_with_deal.created_date,
        leads_with_deal.deal_id,
        won_deals.close_date as won_date,
        descriptions.has_name,
        descriptions.has_valid_email,
        descriptions.has_valid_phone
    from leads_with_deal
    inner join descriptions
        on leads_with_deal.lead_id = descriptions.lead_id
    left join won_deals
        on leads_with_deal.deal_id = won_deals.deal_id

)

select * from described_leads
