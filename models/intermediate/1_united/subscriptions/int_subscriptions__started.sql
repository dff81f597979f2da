with

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
    from {{ ref('int_subscriptions__united') }}
    where started_on <= {{ as_of_date() }} and account_record_id is not null

)

select * from subscriptions_by_now
