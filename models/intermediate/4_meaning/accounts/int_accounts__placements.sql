with

accounts as (

    select *
    from {{ ref('int_accounts__resolved') }}

),

owners as (

    select *
    from {{ ref('int_reps__placements') }}

),

-- An account without a territory of its own or of its country is where its owner is that day.
placements as (

    select
        accounts.account_id,
        coalesce(owners.valid_from, {{ open_start() }}) as valid_from,
        coalesce(owners.valid_to, {{ open_end() }}) as valid_to,
        coalesce(accounts.territory, owners.territory) as territory,
        accounts.market,
        accounts.segment,
        accounts.industry
    from accounts
    left join owners
        on accounts.rep_id = owners.rep_id and accounts.territory is null

)

select * from placements
