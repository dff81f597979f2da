with

accounts as (

    {{ union_systems('accounts', {
        'account_record_id': 'text',
        'account_name': 'text',
        'industry': 'text',
        'segment': 'text',
        'employee_count': 'int',
        'country': 'text',
        'territory': 'text',
        'market': 'text',
        'rep_id': 'text',
        'domain': 'text',
        'created_at': 'timestamp',
        'is_deleted': 'bool',
    }) }}

),

identities as (

    select
        account_record_id,
        survivor_record_id,
        account_id
    from {{ ref('int_accounts__identities') }}

),

countries as (

    select
        lower(trim(raw_value)) as raw_value,
        country,
        market
    from {{ ref('countries') }}

),

territories as (

    select
        lower(trim(country)) as country,
        min(territory) as territory
    from {{ ref('territories') }}
    where country is not null
    group by lower(trim(country))

),

-- Only survivors speak for an account; the order is that of the systems, then of the keys.
records_in_order as (

    select
        identities.account_id,
        accounts.*,
        row_number() over (
            partition by identities.account_id
            order by accounts.system_order nulls last, identities.account_record_id
        ) as record_order
    from identities
    left join accounts
        on identities.account_record_id = accounts.account_record_id
    where identities.account_record_id = identities.survivor_record_id

),

-- Each column from the first record that has it.
united_accounts as (

    select
        account_id,
        min_by(account_name, record_order) filter (where account_name is not null) as account_name,
        min_by(industry, record_order) filter (where industry is not null) as industry,
        min_by(segment, record_order) filter (where segment is not null) as segment,
        min_by(employee_count, record_order) filter (where employee_count is not null) as employee_count,
        min_by(country, record_order) filter (where country is not null) as raw_country,
        min_by(territory, record_order) filter (where territory is not null) as own_territory,
        min_by(market, record_order) filter (where market is not null) as own_market,
        min_by(rep_id, record_order) filter (where rep_id is not null) as rep_id,
        min_by(domain, record_order) filter (where domain is not null) as domain,
        min(created_at) as created_at,
        coalesce(bool_and(is_deleted), false) as is_deleted,
        bool_and(account_record_id is null) as is_inferred
    from records_in_order
    group by account_id

),

resolved_accounts as (

    select
        united_accounts.account_id,
        united_accounts.account_name,
        united_accounts.industry,
        united_accounts.segment,
        united_accounts.employee_count,
        coalesce(countries.country, united_accounts.raw_country) as country,
        coalesce(united_accounts.own_market, countries.market) as market,
        coalesce(united_accounts.own_territory, territories.territory) as territory,
        united_accounts.rep_id,
        united_accounts.domain,
        united_accounts.created_at,
        united_accounts.is_deleted,
        united_accounts.is_inferred
    from united_accounts
    left join countries
        on lower(united_accounts.raw_country) = countries.raw_value
    left join territories
        on lower(coalesce(countries.country, united_accounts.raw_country)) = territories.country

)

select * from resolved_accounts
