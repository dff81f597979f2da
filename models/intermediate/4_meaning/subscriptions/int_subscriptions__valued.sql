with

subscriptions as (

    select *
    from {{ ref('int_subscriptions__ended') }}

),

account_identities as (

    select
        account_record_id,
        account_id
    from {{ ref('int_accounts__identities') }}

),

product_mapping as (

    {{ mapping_of_systems('products', ['product_id']) }}

),

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

-- The price of a subscription is fixed when it starts, and so is its rate.
subscriptions_with_rate as (

    select
        subscriptions.*,
        account_identities.account_id,
        {{ product_key(
            'product_mapping.product_id', 'subscriptions.system', 'subscriptions.raw_product_id'
        ) }} as product_id,
        rates.rate_to_reporting as exchange_rate
    from subscriptions
    inner join account_identities
        on subscriptions.account_record_id = account_identities.account_record_id
    left join product_mapping
        on
            subscriptions.system = product_mapping.system
            and lower(subscriptions.raw_product_id) = product_mapping.raw_value
    left join rates
        on
            {{ currency_code_of('subscriptions.currency_code') }} = rates.currency_code
            and subscriptions.started_on between rates.valid_from and rates.valid_to

),

valued_subscriptions as (

    select
        subscription_id,
        system,
        account_id,
        product_id,
        started_on,
        ended_on,
        currency_code,
        exchange_rate,
        {{ as_measure('monthly_amount * exchange_rate') }} as monthly_amount
    from subscriptions_with_rate

)

select * from valued_subscriptions
