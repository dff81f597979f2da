with

deals as (

    select *
    from {{ ref('int_deals__as_of_date') }}

),

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

-- A closed deal is worth what it was on its close date, an open one what it is now.
deals_with_rate_date as (

    select
        *,
        case when is_closed then close_date else {{ as_of_date() }} end as rate_date
    from deals

),

deals_with_rate as (

    select
        deals_with_rate_date.*,
        rates.rate_to_reporting as exchange_rate
    from deals_with_rate_date
    left join rates
        on
            {{ currency_code_of('deals_with_rate_date.currency_code') }} = rates.currency_code
            and deals_with_rate_date.rate_date between rates.valid_from and rates.valid_to

),

valued_deals as (

    select
        deals_with_rate.system,
        deals_with_rate.deal_id,
        deal_accounts.account_id,
        deals_with_rate.stage_id,
        deals_with_rate.stage,
        deals_with_rate.is_closed,
        deals_with_rate.is_won,
        deals_with_rate.created_at,
        deals_with_rate.created_date,
        deals_with_rate.close_date,
        deals_with_rate.expected_close_date,
        deals_with_rate.rep_id,
        deals_with_rate.deal_type,
        deals_with_rate.lead_source,
        deals_with_rate.campaign_id,
        deals_with_rate.competitor,
        deals_with_rate.loss_reason,
        deals_with_rate.contract_term_months,
        deals_with_rate.currency_code,
        deals_with_rate.rate_date,
        deals_with_rate.exchange_rate,
        deals_with_rate.amount as amount_in_currency,
        {{ as_measure('coalesce(deals_with_rate.amount, 0) * deals_with_rate.exchange_rate') }}
            as amount
    from deals_with_rate
    left join {{ ref('int_deals__accounts') }} as deal_accounts
        on deals_with_rate.deal_id = deal_accounts.deal_id and deal_accounts.is_primary

)

select * from valued_deals
