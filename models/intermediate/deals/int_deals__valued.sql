with

deals as (

    select
        *,
        upper(currency) as currency_code,
        {{ local_date('created_at') }} as created_date
    from {{ ref('int_deals__united') }}
    where deal_id = surviving_deal_id and not is_deleted

),

account_identities as (

    select
        account_record_id,
        account_id
    from {{ ref('int_accounts__identities') }}

),

exchange_rates as (

    select
        upper(trim(currency)) as currency_code,
        valid_from,
        lead(valid_from) over (partition by upper(trim(currency)) order by valid_from) as next_valid_from,
        rate_to_reporting
    from {{ ref('exchange_rates') }}

),

-- Facts after `as_of_date` do not exist: a deal created later is not there yet, one closed later is still open.
-- A closed deal without a readable close date can be in no period; `rejected_rows` names it.
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
            when coalesce(deals_with_rate_date.currency_code, '{{ var("reporting_currency") }}') = '{{ var("reporting_currency") }}'
                then cast(1 as decimal(18, 8))
            else exchange_rates.rate_to_reporting
        end as exchange_rate
    from deals_with_rate_date
    left join exchange_rates
        on
            deals_with_rate_date.currency_code = exchange_rates.currency_code
            and deals_with_rate_date.rate_date >= exchange_rates.valid_from
            and (
                exchange_rates.next_valid_from is null
                or deals_with_rate_date.rate_date < exchange_rates.next_valid_from
            )

),

valued_deals as (

    select
        deals_with_rate.system,
        deals_with_rate.deal_id,
        account_identities.account_id,
        deals_with_rate.stage,
        deals_with_rate.is_closed_by_now as is_closed,
        deals_with_rate.is_closed_by_now and deals_with_rate.is_won as is_won,
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
        {{ as_measure('coalesce(deals_with_rate.amount, 0) * deals_with_rate.exchange_rate') }} as amount
    from deals_with_rate
    left join account_identities
        on deals_with_rate.account_record_id = account_identities.account_record_id

)

select * from valued_deals
