with

identities as (

    select *
    from {{ ref('int_people__identities') }}
    where person_id is not null

),

account_identities as (

    select
        account_record_id,
        account_id
    from {{ ref('int_accounts__identities') }}

),

records_with_account as (

    select
        identities.*,
        account_identities.account_id
    from identities
    left join account_identities
        on identities.account_record_id = account_identities.account_record_id

),

-- Each column from the first record that has it; a deleted record gives none.
resolved_people as (

    select
        person_id,
        min_by(account_id, record_number) filter (where account_id is not null and not is_gone)
            as account_id,
        min_by(job_function, record_number) filter (where job_function is not null and not is_gone)
            as job_function,
        min(created_at) as created_at,
        bool_or(record_type = 'lead' and not is_gone) as is_lead,
        bool_or(record_type = 'person' and not is_gone) as is_contact,
        bool_and(is_inferred) as is_inferred
    from records_with_account
    group by person_id

)

select * from resolved_people
