with

leads as (

    select *
    from {{ ref('int_leads__merged') }}

),

placements as (

    select *
    from {{ ref('int_reps__placements') }}

),

countries as (

    select *
    from {{ ref('int_countries__resolved') }}

),

lead_sources as (

    {{ mapping_of_systems('lead_sources', ['lead_source', 'lead_channel', 'is_self_generated']) }}

),

-- A lead keeps the team and territory of its creation. A mart only knows whether contact
-- data is there.
described_leads as (

    select
        leads.lead_id,
        placements.team,
        coalesce(countries.territory, placements.territory) as territory,
        coalesce(countries.country, leads.country) as country,
        countries.market,
        coalesce(lead_sources.lead_source, leads.lead_source) as lead_source,
        lead_sources.lead_channel,
        coalesce(lead_sources.is_self_generated, false) as is_self_generated,
        leads.full_name is not null as has_name,
        {{ is_valid_email('leads.email') }} as has_valid_email,
        {{ is_valid_phone('leads.phone') }} as has_valid_phone
    from leads
    left join placements
        on
            leads.rep_id = placements.rep_id
            and leads.created_date between placements.valid_from and placements.valid_to
    left join countries
        on lower(leads.country) = countries.raw_country
    left join lead_sources
        on
            leads.system = lead_sources.system
            and lower(leads.lead_source) = lead_sources.raw_value

)

select * from described_leads
