with

deals as (

    select *
    from {{ ref('int_deals__valued') }}

),

accounts as (

    select *
    from {{ ref('int_accounts__resolved') }}

),

placements as (

    select *
    from {{ ref('int_reps__placements') }}

),

lead_sources as (

    {{ mapping_of_systems('lead_sources', ['lead_source', 'lead_channel']) }}

),

competitors as (

    select
        lower(trim(raw_value)) as raw_value,
        min(competitor) as competitor
    from {{ ref('competitors') }}
    group by lower(trim(raw_value))

),

-- A closed deal belongs to where its owner was on the close date, an open one to where its owner is
-- now: the date of its rate.
described_deals as (

    select
        deals.deal_id,
        placements.team,
        coalesce(accounts.territory, placements.territory) as territory,
        accounts.market,
        accounts.country,
        accounts.segment,
        accounts.industry,
        coalesce(lead_sources.lead_source, deals.lead_source) as lead_source,
        lead_sources.lead_channel,
        coalesce(competitors.competitor, deals.competitor) as competitor
    from deals
    left join accounts
        on deals.account_id = accounts.account_id
    left join placements
        on
            deals.rep_id = placements.rep_id
            and deals.rate_date between placements.valid_from and placements.valid_to
    left join lead_sources
        on
            deals.system = lead_sources.system
            and lower(deals.lead_source) = lead_sources.raw_value
    left join competitors
        on lower(deals.competitor) = competitors.raw_value

)

select * from described_deals
