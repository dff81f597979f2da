with

won_deals as (

    select
        deal_id,
        account_id,
        close_date,
        amount
    from {{ ref('int_deals__valued') }}
    where is_won and account_id is not null

),

first_deals as (

    select deal_id
    from {{ ref('int_deals__classified') }}
    where is_new_business

),

descriptions as (

    select
        deal_id,
        lead_source
    from {{ ref('int_deals__described') }}

),

purchases_of_days as (

    select
        won_deals.account_id,
        won_deals.close_date,
        count(*) as count_deals,
        sum(won_deals.amount) as amount,
        max(case when first_deals.deal_id is not null then descriptions.lead_source end)
            as first_lead_source
    from won_deals
    inner join descriptions
        on won_deals.deal_id = descriptions.deal_id
    left join first_deals
        on won_deals.deal_id = first_deals.deal_id
    group by won_deals.account_id, won_deals.close_date

),

purchases_to_date as (

    select
        account_id,
        close_date as valid_from,
        lead(close_date) over (partition by account_id order by close_date) as next_valid_from,
        sum(count_deals) over (partition by account_id order by close_date) as count_won_deals,
        sum(amount) over (partition by account_id order by close_date) as revenue_to_date,
        first_value(first_lead_source) over (partition by account_id order by close_date)
            as lead_source
    from purchases_of_days

),

purchases_with_end as (

    select
        account_id,
        valid_from,
        coalesce({{ add_days('next_valid_from', -1) }}, {{ open_end() }}) as valid_to,
        cast(count_won_deals as bigint) as count_won_deals,
        {{ as_measure('revenue_to_date') }} as revenue_to_date,
        lead_source
    from purchases_to_date

)

select * from purchases_with_end
