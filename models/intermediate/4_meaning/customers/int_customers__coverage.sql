with

won_deals as (

    select
        account_id,
        close_date,
        amount,
        case
            when contract_term_months > 0 then contract_term_months
            else {{ var('contract_term_months') | int }}
        end as term_months
    from {{ ref('int_deals__valued') }}
    where is_won and account_id is not null

),

customers as (

    select
        account_id,
        min(close_date) as first_won_date
    from won_deals
    group by account_id

),

-- An account is a customer from its first won deal on, whatever it used before.
subscriptions as (

    select
        subscriptions.account_id,
        subscriptions.started_on,
        greatest(subscriptions.started_on, customers.first_won_date) as valid_from,
        coalesce(subscriptions.ended_on, {{ open_end() }}) as valid_to,
        subscriptions.monthly_amount
    from {{ ref('int_subscriptions__valued') }} as subscriptions
    inner join customers
        on subscriptions.account_id = customers.account_id
    where subscriptions.ended_on is null or subscriptions.ended_on >= subscriptions.started_on

),

subscribers as (

    select
        account_id,
        min(started_on) as first_started_on
    from subscriptions
    group by account_id

),

-- Deals speak for the days before the first subscription: one that starts later does not change
-- what was known of them.
coverage as (

    select
        account_id,
        valid_from,
        valid_to,
        monthly_amount as monthly_recurring_revenue,
        'subscription' as cover
    from subscriptions
    union all
    select
        won_deals.account_id,
        won_deals.close_date as valid_from,
        least(
            {{ add_days(add_months_to('won_deals.close_date', 'won_deals.term_months'), -1) }},
            coalesce({{ add_days('subscribers.first_started_on', -1) }}, {{ open_end() }})
        ) as valid_to,
        {{ as_measure('cast(won_deals.amount as double) / won_deals.term_months') }}
            as monthly_recurring_revenue,
        'deal' as cover
    from won_deals
    left join subscribers
        on won_deals.account_id = subscribers.account_id

),

coverage_of_days as (

    select *
    from coverage
    where valid_from <= valid_to

)

select * from coverage_of_days
