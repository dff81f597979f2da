with

deals as (

    select account_record_id
    from {{ ref('int_deals__delivered') }}

),

deal_accounts as (

    select *
    from {{ ref('int_deal_accounts__united') }}

),

subscriptions as (

    select account_record_id
    from {{ ref('int_subscriptions__started') }}

),

all_names as (

    select account_record_id from deals
    union distinct
    select account_record_id from deal_accounts
    union distinct
    select account_record_id from subscriptions

),

named_accounts as (

    select account_record_id
    from all_names
    where account_record_id is not null

)

select * from named_accounts
