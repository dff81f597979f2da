with recursive

accounts as (

    {{ union_systems('accounts', {
        'account_record_id': 'text',
        'domain': 'text',
        'is_deleted': 'bool',
        'merged_into_record_id': 'text',
    }) }}

),

deals as (

    select account_record_id
    from {{ ref('int_deals__united') }}

),

free_mail_domains as (

    select lower(trim(domain)) as domain
    from {{ ref('free_mail_domains') }}

),

-- A merge names the record that survived, which may itself have lost a later merge. The bound ends a circle.
merge_steps as (

    select
        account_record_id,
        merged_into_record_id as survivor_record_id,
        1 as step_number
    from accounts
    where merged_into_record_id is not null

    union all

    select
        merge_steps.account_record_id,
        accounts.merged_into_record_id as survivor_record_id,
        merge_steps.step_number + 1 as step_number
    from merge_steps
    inner join accounts
        on merge_steps.survivor_record_id = accounts.account_record_id
    where accounts.merged_into_record_id is not null and merge_steps.step_number < 50

),

merge_survivors as (

    select
        account_record_id,
        max_by(survivor_record_id, step_number) as survivor_record_id
    from merge_steps
    group by account_record_id

),

-- Across systems a company is known by its domain; inside one system two records stay two accounts.
accounts_with_domain as (

    select
        accounts.account_record_id,
        accounts.domain,
        accounts.system_order
    from accounts
    left join free_mail_domains
        on accounts.domain = free_mail_domains.domain
    where
        accounts.domain is not null
        and free_mail_domains.domain is null
        and accounts.merged_into_record_id is null
        and not accounts.is_deleted

),

first_account_of_domain as (

    select
        domain,
        account_record_id as first_record_id,
        system_order as first_system_order
    from accounts_with_domain
    qualify row_number() over (partition by domain order by system_order, account_record_id) = 1

),

accounts_of_other_systems as (

    select
        accounts_with_domain.account_record_id,
        first_account_of_domain.first_record_id
    from accounts_with_domain
    inner join first_account_of_domain
        on
            accounts_with_domain.domain = first_account_of_domain.domain
            and accounts_with_domain.system_order > first_account_of_domain.first_system_order

),

-- A deal may name an account that no system delivered: it is an account all the same, of unknown attributes.
account_records as (

    select account_record_id from accounts
    union distinct
    select account_record_id from deals where account_record_id is not null

),

identities as (

    select
        account_records.account_record_id,
        coalesce(merge_survivors.survivor_record_id, account_records.account_record_id) as survivor_record_id,
        coalesce(
            accounts_of_other_systems.first_record_id,
            merge_survivors.survivor_record_id,
            account_records.account_record_id
        ) as account_id
    from account_records
    left join merge_survivors
        on account_records.account_record_id = merge_survivors.account_record_id
    left join accounts_of_other_systems
        on coalesce(merge_survivors.survivor_record_id, account_records.account_record_id)
            = accounts_of_other_systems.account_record_id

)

select * from identities
