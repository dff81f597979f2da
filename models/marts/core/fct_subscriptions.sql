with

subscriptions as (

    select *
    from {{ ref('int_subscriptions__valued') }}

),

products as (

    select
        product_id,
        product_line
    from {{ ref('dim_products') }}

),

subscriptions_with_product_line as (

    select
        subscriptions.subscription_id,
        subscriptions.system,
        subscriptions.account_id,
        subscriptions.product_id,
        coalesce(products.product_line, '(none)') as product_line,
        subscriptions.started_on,
        subscriptions.ended_on,
        subscriptions.monthly_amount,
        subscriptions.currency_code,
        subscriptions.exchange_rate
    from subscriptions
    left join products
        on subscriptions.product_id = products.product_id

)

select * from subscriptions_with_product_line
