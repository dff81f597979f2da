with

subscriptions as (

    select *
    from {{ ref('int_subscriptions__started') }}

),

-- One decision for each source: the instances of a system need not write alike.
pairs_of_sources as (

    {{ pairs_of_periods_sql('subscriptions', instance_of('periods.subscription_id')) }}

),

-- An end that is the first day after becomes the last day: no day has two prices. A period that
-- begins and ends on one such day has none, its end lies before its start.
subscriptions_with_last_day as (

    select
        subscriptions.system,
        subscriptions.subscription_id,
        subscriptions.account_record_id,
        subscriptions.raw_product_id,
        subscriptions.started_on,
        case
            when {{ is_end_exclusive(
                'coalesce(pairs_of_sources.count_pairs, 0)',
                'coalesce(pairs_of_sources.count_shared_days, 0)'
            ) }}
                then {{ add_days('subscriptions.ended_on', -1) }}
            else subscriptions.ended_on
        end as ended_on,
        subscriptions.monthly_amount,
        subscriptions.currency_code
    from subscriptions
    left join pairs_of_sources
        on
            {{ instance_of('subscriptions.subscription_id') }}
            = pairs_of_sources.period_source

)

select * from subscriptions_with_last_day
