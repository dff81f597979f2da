with

reps as (

    select *
    from {{ ref('int_reps__united') }}

),

-- A team may be given to a queue or group, too, which is nobody; in Salesforce it has no row.
assignments_of_users as (

    select assignments.rep_id
    from {{ ref('int_reps__assignments') }} as assignments
    left join reps
        on assignments.rep_id = reps.rep_id
    where
        not coalesce(reps.is_queue, false)
        and not {{ matches('assignments.rep_id', '^salesforce:([a-z][a-z0-9_]*[.])?00G.*$') }}

),

-- A user of the CRM is a rep who owns a deal, lead or activity, sourced a lead, or holds an
-- assignment or a quota.
selling_reps as (

    select rep_id from {{ ref('int_deals__valued') }}
    union distinct
    select rep_id from {{ ref('int_leads__merged') }}
    union distinct
    select sourced_by_rep_id as rep_id from {{ ref('int_leads__merged') }}
    union distinct
    select rep_id from {{ ref('int_activities__resolved') }}
    union distinct
    select rep_id from assignments_of_users
    union distinct
    select rep_id from {{ ref('quotas') }}

),

united_reps as (

    select
        selling_reps.rep_id,
        coalesce(reps.rep_name, selling_reps.rep_id) as rep_name,
        reps.team,
        reps.territory,
        reps.manager_rep_id,
        reps.hired_on,
        reps.left_on,
        reps.is_active,
        reps.rep_id is null as is_inferred
    from selling_reps
    left join reps
        on selling_reps.rep_id = reps.rep_id
    where selling_reps.rep_id is not null

)

select * from united_reps
