with

first_deals as (

    select
        account_id,
        count(*) as count_first_deals
    from {{ ref('fct_deals') }}
    where is_new_business and account_id is not null
    group by account_id

)

select
    accounts.account_id,
    'expected one first won deal for a customer and none for another account, found '
    || coalesce(first_deals.count_first_deals, 0) as message
from {{ ref('dim_accounts') }} as accounts
full outer join first_deals
    on accounts.account_id = first_deals.account_id
where
    coalesce(first_deals.count_first_deals, 0) <> case when accounts.is_customer then 1 else 0 end
