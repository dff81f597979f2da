with

deals as (

    select
        deal_id,
        account_record_id
    from {{ ref('int_deals__as_of_date') }}

),

deal_accounts as (

    select *
    from {{ ref('int_deal_accounts__united') }}

),

survivors as (

    select *
    from {{ ref('int_deals__survivors') }}

),

account_identities as (

    select
        account_record_id,
        account_id
    from {{ ref('int_accounts__identities') }}

),

-- The account on the deal itself goes before those linked to it, of these one marked as primary;
-- those of a deal that lost a merge come last.
links as (

    select
        deal_id,
        account_record_id,
        1 as link_order
    from deals
    where account_record_id is not null
    union all
    select
        deals.deal_id,
        deal_accounts.account_record_id,
        case
            when deal_accounts.deal_id <> deals.deal_id then 4
            when deal_accounts.is_primary then 2
            else 3
        end as link_order
    from deal_accounts
    left join survivors
        on deal_accounts.deal_id = survivors.deal_id
    inner join deals
        on coalesce(survivors.surviving_deal_id, deal_accounts.deal_id) = deals.deal_id
    where deal_accounts.account_record_id is not null

),

accounts_of_deals as (

    select
        links.deal_id,
        account_identities.account_id,
        row_number() over (
            partition by links.deal_id
            order by links.link_order, {{ key_order('links.account_record_id') }}
        ) as place
    from links
    inner join account_identities
        on links.account_record_id = account_identities.account_record_id

),

deal_accounts_after_identity as (

    select
        deal_id,
        account_id,
        min(place) = 1 as is_primary
    from accounts_of_deals
    group by deal_id, account_id

)

select * from deal_accounts_after_identity
