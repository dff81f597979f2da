with

deals as (

    select account_record_id
    from {{ ref('int_deals__united') }}

),

deal_accounts as (

    {{ union_systems('deal_accounts', {'account_record_id': 'text'}) }}

),

subscriptions as (

    select account_record_id
    from {{ ref('int_subscriptions__united') }}

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
