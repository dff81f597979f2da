with

amounts as (

    select
        deal_id as record_id,
        currency_code,
        snapshot_date as rate_date,
        exchange_rate
    from {{ ref('fct_pipeline_snapshots') }}
    union all
    select
        subscription_id as record_id,
        currency_code,
        started_on as rate_date,
        exchange_rate
    from {{ ref('fct_subscriptions') }}

)

select
    currency_code,
    min(rate_date) as first_rate_date,
    max(rate_date) as last_rate_date,
    min(record_id) as example,
    'expected rates of ' || currency_code || ' in force from ' || min(rate_date) || ' to '
    || max(rate_date) || ', found none on some of these days: add them to the seed exchange_rates'
        as message
from amounts
where exchange_rate is null
group by currency_code
