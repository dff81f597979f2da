with

seed_rates as (

    select
        upper(trim(currency)) as currency_code,
        valid_from,
        rate_to_reporting
    from {{ ref('exchange_rates') }}

),

crm_rates as (

    select *
    from {{ ref('int_exchange_rates__united') }}

),

-- A currency that the seed does not name has the rates of the first system, and in it of the first
-- instance, that has some.
rates_of_other_currencies as (

    select
        upper(crm_rates.currency) as currency_code,
        crm_rates.valid_from,
        crm_rates.rate_to_reporting,
        crm_rates.rate_id,
        first_value(crm_rates.rate_id) over (
            partition by upper(crm_rates.currency)
            order by crm_rates.system_order, {{ key_order('crm_rates.rate_id') }}
        ) as first_rate_id
    from crm_rates
    left join seed_rates
        on upper(crm_rates.currency) = seed_rates.currency_code
    where seed_rates.currency_code is null

),

all_rates as (

    select * from seed_rates
    union all
    select
        currency_code,
        valid_from,
        rate_to_reporting
    from rates_of_other_currencies
    where rate_id = first_rate_id

),

-- A rate holds until the next one of its currency.
rates_with_end as (

    select
        currency_code,
        valid_from,
        lead(valid_from) over (partition by currency_code order by valid_from) as next_valid_from,
        rate_to_reporting
    from all_rates

),

-- The reporting currency is worth 1 on every day, whatever a source says of it. A moment of the
-- first day of all may be of the day before it in `reporting_time_zone`.
rates as (

    select
        currency_code,
        valid_from,
        coalesce({{ add_days('next_valid_from', -1) }}, {{ open_end() }}) as valid_to,
        rate_to_reporting
    from rates_with_end
    where currency_code <> {{ text_literal(var('reporting_currency')) }}
    union all
    select
        {{ text_literal(var('reporting_currency')) }} as currency_code,
        {{ add_days(open_start(), -1) }} as valid_from,
        {{ open_end() }} as valid_to,
        cast(1 as {{ sql_type('rate') }}) as rate_to_reporting

)

select * from rates
