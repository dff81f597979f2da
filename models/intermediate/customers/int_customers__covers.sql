with

subscriptions as (

    select
        account_id,
        started_on,
        ended_on,
        monthly_amount
    from {{ ref('int_subscriptions__valued') }}

),

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

subscribers as (

    select distinct account_id
    from subscriptions

),

covers as (

    select
        account_id,
        started_on as valid_from,
        coalesce(ended_on, date '2199-12-31') as valid_to,
        monthly_amount as monthly_recurring_revenue,
        'subscription' as cover
    from subscriptions
    where ended_on is null or ended_on >= started_on
    union all
    select
        won_deals.account_id,
        won_deals.close_date as valid_from,
        {{ add_days(add_months_to('won_deals.close_date', 'won_deals.term_months'), -1) }}
            as valid_to,
        {{ as_measure('cast(won_deals.amount as double) / won_deals.term_months') }}
            as monthly_recurring_revenue,
        'deal' as cover
    from won_deals
    left join subscribers
        on won_deals.account_id = subscribers.account_id
    where subscribers.account_id is null

)

select * from covers
