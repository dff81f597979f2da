with

accounts as (

    select
        account_id,
        account_name,
        industry,
        segment,
        employee_count,
        country,
        market,
        territory,
        rep_id,
        created_at,
        is_deleted,
        is_inferred
    from {{ ref('int_accounts__resolved') }}

),

won_deals as (

    select
        account_id,
        min(close_date) as first_won_date,
        count(*) as count_won_deals
    from {{ ref('int_deals__valued') }}
    where is_won
    group by account_id

),

accounts_with_customers as (

    select
        accounts.account_id,
        coalesce(accounts.account_name, accounts.account_id) as account_name,
        accounts.industry,
        accounts.segment,
        accounts.employee_count,
        case
            when accounts.employee_count >= 5001 then '5,001+'
            when accounts.employee_count >= 1001 then '1,001–5,000'
            when accounts.employee_count >= 201 then '201–1,000'
            when accounts.employee_count >= 51 then '51–200'
            when accounts.employee_count >= 11 then '11–50'
            when accounts.employee_count >= 1 then '1–10'
        end as company_size,
        accounts.country,
        accounts.market,
        accounts.territory,
        accounts.rep_id,
        {{ local_date('accounts.created_at') }} as created_date,
        won_deals.first_won_date,
        cast(coalesce(won_deals.count_won_deals, 0) as bigint) as count_won_deals,
        won_deals.account_id is not null as is_customer,
        accounts.is_deleted,
        accounts.is_inferred
    from accounts
    left join won_deals
        on accounts.account_id = won_deals.account_id

)

select * from accounts_with_customers
