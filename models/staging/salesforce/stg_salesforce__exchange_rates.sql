{%- do enable_for('salesforce') -%}

with

dated_conversion_rates as (

    select *
    from {{ ref('stg_salesforce__dated_conversion_rates') }}
    where not is_deleted and conversion_rate > 0

),

currency_types as (

    select *
    from {{ ref('stg_salesforce__currency_types') }}
    where not is_deleted and conversion_rate > 0

),

-- "ConversionRate: conversion rate of this currency type against the corporate currency". Without
-- dated rates a currency has one rate for all days.
conversion_rates as (

    select
        rate_id,
        {{ instance_of('rate_id') }} as org,
        currency,
        valid_from,
        conversion_rate
    from dated_conversion_rates
    union all
    select
        currency_types.rate_id,
        {{ instance_of('currency_types.rate_id') }} as org,
        currency_types.currency,
        {{ open_start() }} as valid_from,
        currency_types.conversion_rate
    from currency_types
    left join dated_conversion_rates
        on currency_types.rate_id = dated_conversion_rates.rate_id
    where dated_conversion_rates.rate_id is null

),

conversion_rates_with_end as (

    select
        *,
        coalesce(
            lead(valid_from) over (partition by rate_id order by valid_from), date '2200-01-01'
        ) as next_valid_from
    from conversion_rates

),

reporting_rates as (

    select *
    from conversion_rates_with_end
    where currency = {{ text_literal(var('reporting_currency')) }}

),

-- Both rates change on days of their own. Each org has its own corporate currency.
exchange_rates as (

    select
        'salesforce' as system,
        conversion_rates_with_end.rate_id,
        conversion_rates_with_end.currency,
        greatest(conversion_rates_with_end.valid_from, reporting_rates.valid_from) as valid_from,
        cast(
            cast(reporting_rates.conversion_rate as double)
            / cast(conversion_rates_with_end.conversion_rate as double)
            as {{ sql_type('rate') }}
        ) as rate_to_reporting
    from conversion_rates_with_end
    inner join reporting_rates
        on
            conversion_rates_with_end.org = reporting_rates.org
            and conversion_rates_with_end.valid_from < reporting_rates.next_valid_from
            and conversion_rates_with_end.next_valid_from > reporting_rates.valid_from
    where conversion_rates_with_end.currency <> reporting_rates.currency

)

select * from exchange_rates
