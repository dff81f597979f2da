with

deals as (

    select *
    from {{ ref('int_deals__valued') }}

),

won_deal_classes as (

    select
        deal_id,
        account_deal_number,
        is_new_business,
        revenue_type
    from {{ ref('int_deals__classified') }}

),

accounts as (

    select
        account_id,
        industry,
        segment,
        country,
        market,
        territory
    from {{ ref('int_accounts__resolved') }}

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

territories as (

    select
        territory,
        region
    from {{ ref('dim_territories') }}

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

-- A closed deal belongs to where its owner was on the close date, an open one to where he is now: the date of its rate.
deals_with_owner as (

    select
        deals.*,
        coalesce(assignments.team, reps.team) as team,
        coalesce(assignments.territory, reps.territory) as rep_territory
    from deals
    left join reps
        on deals.rep_id = reps.rep_id
    left join assignments
        on
            deals.rep_id = assignments.rep_id
            and deals.rate_date between assignments.valid_from and assignments.valid_to

),

described_deals as (

    select
        deals_with_owner.deal_id,
        deals_with_owner.system,
        deals_with_owner.account_id,
        deals_with_owner.rep_id,
        deals_with_owner.team,
        coalesce(accounts.territory, deals_with_owner.rep_territory) as territory,
        accounts.market,
        accounts.country,
        accounts.segment,
        accounts.industry,
        coalesce(lead_sources.lead_source, deals_with_owner.lead_source) as lead_source,
        lead_sources.lead_channel,
        deals_with_owner.campaign_id,
        coalesce(competitors.competitor, deals_with_owner.competitor) as competitor,
        won_deal_classes.revenue_type,
        won_deal_classes.account_deal_number,
        deals_with_owner.stage,
        deals_with_owner.created_at,
        deals_with_owner.created_date,
        deals_with_owner.close_date,
        deals_with_owner.expected_close_date,
        deals_with_owner.is_closed,
        deals_with_owner.is_won,
        deals_with_owner.is_closed and not deals_with_owner.is_won as is_lost,
        coalesce(won_deal_classes.is_new_business, false) as is_new_business,
        deals_with_owner.loss_reason,
        deals_with_owner.contract_term_months,
        deals_with_owner.amount,
        deals_with_owner.amount_in_currency,
        deals_with_owner.currency_code,
        deals_with_owner.exchange_rate,
        case
            when deals_with_owner.is_closed
                then {{ days_between('deals_with_owner.created_date', 'deals_with_owner.close_date') }}
        end as sales_cycle_days
    from deals_with_owner
    left join won_deal_classes
        on deals_with_owner.deal_id = won_deal_classes.deal_id
    left join accounts
        on deals_with_owner.account_id = accounts.account_id
    left join lead_sources
        on
            deals_with_owner.system = lead_sources.system
            and lower(deals_with_owner.lead_source) = lead_sources.raw_value
    left join competitors
        on lower(deals_with_owner.competitor) = competitors.raw_value

),

deals_with_region as (

    select
        described_deals.deal_id,
        described_deals.system,
        described_deals.account_id,
        described_deals.rep_id,
        described_deals.team,
        described_deals.territory,
        territories.region,
        described_deals.market,
        described_deals.country,
        described_deals.segment,
        described_deals.industry,
        described_deals.lead_source,
        described_deals.lead_channel,
        described_deals.campaign_id,
        described_deals.competitor,
        described_deals.revenue_type,
        cast(described_deals.account_deal_number as bigint) as account_deal_number,
        described_deals.stage,
        described_deals.created_at,
        described_deals.created_date,
        described_deals.close_date,
        described_deals.expected_close_date,
        described_deals.is_closed,
        described_deals.is_won,
        described_deals.is_lost,
        described_deals.is_new_business,
        described_deals.loss_reason,
        described_deals.contract_term_months,
        described_deals.amount,
        described_deals.amount_in_currency,
        described_deals.currency_code,
        described_deals.exchange_rate,
        cast(described_deals.sales_cycle_days as bigint) as sales_cycle_days
    from described_deals
    left join territories
        on described_deals.territory = territories.territory

)

select * from deals_with_region
