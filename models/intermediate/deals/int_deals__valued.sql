{% set reporting_currency = text_literal(var('reporting_currency')) %}

with

deals as (

    select
        *,
        upper(currency) as currency_code,
        {{ local_date('created_at') }} as created_date
    from {{ ref('int_deals__united') }}
    where deal_id = surviving_deal_id and not is_deleted

),

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

-- Facts after `as_of_date` do not exist: a deal created later is not there yet, one closed later is
-- still open. A closed deal without a close date can be in no period; `rejected_rows` names it.
deals_as_of_date as (

    select
        *,
        coalesce(is_closed and close_date <= {{ as_of_date() }}, false) as is_closed_by_now
    from deals
    where
        coalesce(created_date <= {{ as_of_date() }}, true)
        and not (is_closed and close_date is null)

),

-- A closed deal is worth what it was on its close date, an open one what it is now.
deals_with_rate_date as (

    select
        *,
        case when is_closed_by_now then close_date else {{ as_of_date() }} end as rate_date
    from deals_as_of_date

),

deals_with_rate as (

    select
        deals_with_rate_date.*,
        case
            when coalesce(deals_with_rate_date.currency_code, {{ reporting_currency }}) = {{ reporting_currency }}
                then cast(1 as decimal(18, 8))
            else rates.rate_to_reporting
        end as exchange_rate
    from deals_with_rate_date
    left join rates
        on
            deals_with_rate_date.currency_code = rates.currency_code
            and deals_with_rate_date.rate_date between rates.valid_from and rates.valid_to

),

valued_deals as (

    select
        deals.system,
        deals.deal_id,
        account_identities.account_id,
        deals.stage,
        deals.is_closed_by_now as is_closed,
        deals.is_closed_by_now and deals.is_won as is_won,
        deals.created_at,
        deals.created_date,
        deals.close_date,
        deals.expected_close_date,
        deals.rep_id,
        deals.deal_type,
        deals.lead_source,
        deals.campaign_id,
        deals.competitor,
        deals.loss_reason,
        deals.contract_term_months,
        deals.currency_code,
        deals.rate_date,
        deals.exchange_rate,
        deals.amount as amount_in_currency,
        {{ as_measure('coalesce(deals.amount, 0) * deals.exchange_rate') }} as amount
    from deals_with_rate as deals
    left join {{ ref('int_accounts__identities') }} as account_identities
        on deals.account_record_id = account_identities.account_record_id

)

select * from valued_deals
