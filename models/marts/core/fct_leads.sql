with

leads as (

    select *
    from {{ ref('int_leads__united') }}

),

deals as (

    select
        deal_id,
        surviving_deal_id
    from {{ ref('int_deals__united') }}

),

won_deals as (

    select
        deal_id,
        close_date
    from {{ ref('fct_deals') }}
    where is_won

),

reps as (

    select
        rep_id,
        team,
        territory
    from {{ ref('int_reps__united') }}

),

assignments as (

    select
        rep_id,
        team,
        territory,
        valid_from,
        valid_to
    from {{ ref('int_reps__assignments') }}

),

countries as (

    select
        lower(trim(raw_value)) as raw_value,
        country,
        market
    from {{ ref('countries') }}

),

territories as (

    select
        lower(trim(country)) as country,
        min(territory) as territory
    from {{ ref('territories') }}
    where country is not null
    group by lower(trim(country))

),

lead_sources as (

    {{ mapping_of_systems('lead_sources', ['lead_source', 'lead_channel', 'is_self_generated']) }}

),

-- A conversion after `as_of_date` has not happened yet.
leads_as_of_date as (

    select
        *,
        case
            when coalesce({{ local_date('converted_at') }} <= {{ as_of_date() }}, true) then converted_deal_id
        end as converted_deal_id_by_now
    from leads

),

described_leads as (

    select
        leads_as_of_date.lead_id,
        leads_as_of_date.system,
        leads_as_of_date.rep_id,
        leads_as_of_date.sourced_by_rep_id,
        coalesce(assignments.team, reps.team) as team,
        coalesce(territories.territory, assignments.territory, reps.territory) as territory,
        coalesce(countries.country, leads_as_of_date.country) as country,
        countries.market,
        leads_as_of_date.industry,
        coalesce(lead_sources.lead_source, leads_as_of_date.lead_source) as lead_source,
        lead_sources.lead_channel,
        coalesce(lead_sources.is_self_generated, false) as is_self_generated,
        leads_as_of_date.campaign_id,
        leads_as_of_date.created_at,
        leads_as_of_date.created_date,
        coalesce(deals.surviving_deal_id, leads_as_of_date.converted_deal_id_by_now) as deal_id,
        won_deals.close_date as won_date,
        leads_as_of_date.full_name is not null as has_name,
        {{ is_valid_email('leads_as_of_date.email') }} as has_valid_email,
        {{ is_valid_phone('leads_as_of_date.phone') }} as has_valid_phone
    from leads_as_of_date
    left join deals
        on leads_as_of_date.converted_deal_id_by_now = deals.deal_id
    left join won_deals
        on coalesce(deals.surviving_deal_id, leads_as_of_date.converted_deal_id_by_now) = won_deals.deal_id
    left join reps
        on leads_as_of_date.rep_id = reps.rep_id
    left join assignments
        on
            leads_as_of_date.rep_id = assignments.rep_id
            and leads_as_of_date.created_date between assignments.valid_from and assignments.valid_to
    left join countries
        on lower(leads_as_of_date.country) = countries.raw_value
    left join territories
        on lower(coalesce(countries.country, leads_as_of_date.country)) = territories.country
    left join lead_sources
        on
            leads_as_of_date.system = lead_sources.system
            and lower(leads_as_of_date.lead_source) = lead_sources.raw_value

)

select * from described_leads
