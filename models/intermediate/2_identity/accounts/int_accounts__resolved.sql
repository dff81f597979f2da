with

accounts as (

    select *
    from {{ ref('int_accounts__united') }}

),

owners_as_of_date as (

    select *
    from {{ ref('int_owners__as_of_date') }}
    where record_type = 'account'

),

countries as (

    select *
    from {{ ref('int_countries__resolved') }}

),

names_of_people as (

    select *
    from {{ ref('int_people__names') }}

),

-- Only survivors speak for an account; the order is that of systems, of their instances, then of
-- the keys. An account that is called as a contact or lead is a person, whatever its system says.
records_in_order as (

    select
        identities.account_id,
        accounts.*,
        names_of_people.person_name is not null as is_called_as_person,
        case
            when owners_as_of_date.record_id is null then accounts.rep_id
            else owners_as_of_date.rep_id
        end as owner_rep_id,
        row_number() over (
            partition by identities.account_id
            order by
                accounts.system_order nulls last,
                {{ key_order('identities.account_record_id') }}
        ) as record_order
    from {{ ref('int_accounts__identities') }} as identities
    left join accounts
        on identities.account_record_id = accounts.account_record_id
    left join owners_as_of_date
        on identities.account_record_id = owners_as_of_date.record_id
    left join names_of_people
        on lower({{ trimmed('accounts.account_name') }}) = names_of_people.person_name
    where identities.account_record_id = identities.survivor_record_id

),

-- Each column from the first record that has it.
united_accounts as (

    select
        account_id,
        min_by(account_name, record_order)
        filter (where account_name is not null and not is_called_as_person) as account_name,
        {% for column in [
            'industry', 'segment', 'employee_count', 'country', 'territory', 'market',
            'owner_rep_id', 'created_at'
        ] -%}
        min_by({{ column }}, record_order) filter (where {{ column }} is not null) as {{ column }},
        {% endfor -%}
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
        coalesce(countries.country, united_accounts.country) as country,
        coalesce(united_accounts.market, countries.market) as market,
        coalesce(united_accounts.territory, countries.territory) as territory,
        united_accounts.owner_rep_id as rep_id,
        united_accounts.created_at,
        united_accounts.is_deleted,
        united_accounts.is_inferred
    from united_accounts
    left join countries
        on lower(united_accounts.country) = countries.raw_country

)

select * from resolved_accounts
