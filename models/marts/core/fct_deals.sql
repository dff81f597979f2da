with

deals as (

    select *
    from {{ ref('int_deals__valued') }}

),

records as (

    select *
    from {{ ref('int_deals__united') }}

),

descriptions as (

    select *
    from {{ ref('int_deals__described') }}

),

classes_of_won_deals as (

    select *
    from {{ ref('int_deals__classified') }}

),

territories as (

    select
        territory,
        region
    from {{ ref('dim_territories') }}

),

-- The record has the values that no rule reads and no history tells.
described_deals as (

    select
        deals.deal_id,
        deals.system,
        {{ if_deals_are_named('records.deal_name') }} as deal_name,
        {{ deal_link('deals.deal_id') }} as deal_link,
        deals.account_id,
        deals.rep_id,
        descriptions.team,
        descriptions.territory,
        territories.region,
        descriptions.market,
        descriptions.country,
        descriptions.segment,
        descriptions.industry,
        descriptions.lead_source,
        descriptions.lead_channel,
        records.campaign_id,
        descriptions.competitor,
        classes_of_won_deals.revenue_type,
        cast(classes_of_won_deals.account_deal_number as bigint) as account_deal_number,
        deals.stage,
        deals.created_at,
        deals.created_date,
        deals.close_date,
        deals.expected_close_date,
        deals.is_closed,
        deals.is_won,
        deals.is_closed and not deals.is_won as is_lost,
        coalesce(classes_of_won_deals.is_new_business, false) as is_new_business,
        records.loss_reason,
        records.contract_term_months,
        deals.amount,
        deals.amount_in_currency,
        deals.currency_code,
        deals.exchange_rate,
        case
            when deals.is_closed
                then cast({{ days_between('deals.created_date', 'deals.close_date') }} as bigint)
        end as sales_cycle_days
    from deals
    inner join records
        on deals.deal_id = records.deal_id
    inner join descriptions
        on deals.deal_id = descriptions.deal_id
    left join classes_of_won_deals
        on deals.deal_id = classes_of_won_deals.deal_id
    left join territories
        on descriptions.territory = territories.territory

)

select * from described_deals
