with

deal_accounts as (

    select
        deal_id,
        account_id,
        is_primary
    from {{ ref('int_deals__accounts') }}

)

select * from deal_accounts
