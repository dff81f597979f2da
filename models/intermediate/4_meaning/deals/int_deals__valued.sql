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
        deals_with_rate.*,
        deal_accounts.account_id,
        {{ as_measure(
            'coalesce(deals_with_rate.amount_in_currency, 0) * deals_with_rate.exchange_rate'
        ) }} as amount
    from deals_with_rate
    left join {{ ref('int_deals__accounts') }} as deal_accounts
        on deals_with_rate.deal_id = deal_accounts.deal_id and deal_accounts.is_primary

)

select * from valued_deals
