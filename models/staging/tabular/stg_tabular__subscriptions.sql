with

subscription_rows as (

    {{ contract_rows('tabular', 'subscription') }}

),

subscriptions as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'subscription_id') }} as subscription_id,
        {{ system_key('tabular', 'account_id') }} as account_record_id,
        product_id as raw_product_id,
        started_on,
        ended_on,
        monthly_amount,
        currency
    from subscription_rows

)

select * from subscriptions
