with

accounts as (

    select
        account_id,
        territory,
        rep_id
    from {{ ref('int_accounts__resolved') }}

),

reps as (

    select
        rep_id,
        territory
    from {{ ref('int_reps__resolved') }}

),

assignments as (

    select *
    from {{ ref('int_reps__assignments') }}

),

-- The days of a rep, cut wherever an assignment begins or has ended.
cuts_of_reps as (

    select
        rep_id,
        valid_from as starts_on
    from assignments
    union distinct
    select
        rep_id,
        {{ add_days('valid_to', 1) }} as starts_on
    from assignments
    where valid_to < {{ open_end() }}
    union distinct
    select
        rep_id,
        {{ open_start() }} as starts_on
    from accounts

),

stretches_of_reps as (

    select
        rep_id,
        starts_on as valid_from,
        coalesce(
            {{ add_days('lead(starts_on) over (partition by rep_id order by starts_on)', -1) }},
            {{ open_end() }}
        ) as valid_to
    from cuts_of_reps

),

territories_of_reps as (

    select
        stretches_of_reps.rep_id,
        stretches_of_reps.valid_from,
        stretches_of_reps.valid_to,
        coalesce(assignments.territory, reps.territory) as territory
    from stretches_of_reps
    left join assignments
        on
            stretches_of_reps.rep_id = assignments.rep_id
            and stretches_of_reps.valid_from between assignments.valid_from and assignments.valid_to
    left join reps
        on stretches_of_reps.rep_id = reps.rep_id

),

-- An account without a territory of its own or of its country is where its owner is that day.
account_territories as (

    select
        accounts.account_id,
        coalesce(territories_of_reps.valid_from, {{ open_start() }}) as valid_from,
        coalesce(territories_of_reps.valid_to, {{ open_end() }}) as valid_to,
        coalesce(accounts.territory, territories_of_reps.territory) as territory
    from accounts
    left join territories_of_reps
        on accounts.rep_id = territories_of_reps.rep_id and accounts.territory is null

)

select * from account_territories
