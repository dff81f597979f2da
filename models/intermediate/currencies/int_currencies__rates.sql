with

exchange_rates as (

    select
        upper(trim(currency)) as currency_code,
        valid_from,
        rate_to_reporting
    from {{ ref('exchange_rates') }}

),

-- A rate holds until the next one of its currency.
rates_with_end as (

    select
        currency_code,
        valid_from,
        lead(valid_from) over (partition by currency_code order by valid_from) as next_valid_from,
        rate_to_reporting
    from exchange_rates

),

rates as (

    select
        currency_code,
        valid_from,
        coalesce({{ add_days('next_valid_from', -1) }}, date '2199-12-31') as valid_to,
        rate_to_reporting
    from rates_with_end

)

select * from rates
