with

subscriptions as (

    {{ union_systems('subscriptions', {
        'system': 'text',
        'subscription_id': 'text',
        'account_record_id': 'text',
        'raw_product_id': 'text',
        'started_on': 'date',
        'ended_on': 'date',
        'monthly_amount': 'decimal',
        'currency': 'text',
    }) }}

),

-- Facts after `as_of_date` do not exist: a subscription that starts later is not there yet.
subscriptions_by_now as (

    select
        system,
        subscription_id,
        account_record_id,
        raw_product_id,
        started_on,
        ended_on,
        monthly_amount,
        upper(currency) as currency_code
    from subscriptions
    where started_on <= {{ as_of_date() }} and account_record_id is not null

)

select * from subscriptions_by_now
