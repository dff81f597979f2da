with recursive

accounts as (

    select *
    from {{ ref('int_accounts__united') }}

),

account_merges as (

    select *
    from {{ ref('int_account_merges__united') }}

),

stated_merges as (

    {{ stated_merges('accounts', 'account_record_id', 'merged_into_record_id', 'account_merges') }}

),

free_mail_domains as (

    select lower(trim(domain)) as domain
    from {{ ref('free_mail_domains') }}

),

merge_steps as (

    {{ merge_steps('stated_merges', 'account_record_id', 'merged_into_record_id') }}

),

merge_survivors as (

    select
        account_record_id,
        {{ last_survivor() }} as survivor
    from merge_steps
    group by account_record_id

),

-- Across systems a company is known by its domain; inside one system two records stay two accounts.
accounts_with_domain as (

    select
        accounts.account_record_id,
        accounts.system_order,
        first_value(accounts.account_record_id) over (
            partition by accounts.domain
            order by accounts.system_order, {{ key_order('accounts.account_record_id') }}
        ) as first_record_id,
        min(accounts.system_order) over (partition by accounts.domain) as first_system_order
    from accounts
    left join free_mail_domains
        on accounts.domain = free_mail_domains.domain
    left join stated_merges
        on accounts.account_record_id = stated_merges.account_record_id
    where
        accounts.domain is not null
        and free_mail_domains.domain is null
        and stated_merges.account_record_id is null
        and not accounts.is_deleted

),

-- A deal, subscription or merge may name an account that no system delivered: it is one too.
account_records as (

    select account_record_id from accounts
    union distinct
    select survivor as account_record_id from merge_survivors
    union distinct
    select account_record_id from merge_survivors
    union distinct
    select account_record_id from {{ ref('int_accounts__named') }}

),

identities as (

    select
        account_records.account_record_id,
        coalesce(merge_survivors.survivor, account_records.account_record_id) as survivor_record_id,
        coalesce(
            accounts_with_domain.first_record_id,
            merge_survivors.survivor,
            account_records.account_record_id
        ) as account_id
    from account_records
    left join merge_survivors
        on account_records.account_record_id = merge_survivors.account_record_id
    left join accounts_with_domain
        on
            coalesce(merge_survivors.survivor, account_records.account_record_id)
            = accounts_with_domain.account_record_id
            and accounts_with_domain.system_order > accounts_with_domain.first_system_order

)

select * from identities
