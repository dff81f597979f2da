with

quotas as (

    select
        rep_id,
        month_end_date,
        quota_amount,
        revenue
    from {{ ref('fct_quotas') }}
    where month_end_date <= {{ as_of_date() }}

),

reps as (

    select
        rep_id,
        hired_on
    from {{ ref('dim_reps') }}

),

rep_assignments as (

    select *
    from {{ ref('dim_rep_assignments') }}

),

first_months_at_quota as (

    select
        quotas.rep_id,
        reps.hired_on,
        min(quotas.month_end_date) as reached_on
    from quotas
    inner join reps
        on quotas.rep_id = reps.rep_id and quotas.month_end_date >= reps.hired_on
    where quotas.revenue >= quotas.quota_amount
    group by quotas.rep_id, reps.hired_on

),

ramped_reps as (

    select
        first_months_at_quota.rep_id as fact_id,
        first_months_at_quota.reached_on as kpi_date,
        rep_assignments.team,
        {{ days_between('first_months_at_quota.hired_on', 'first_months_at_quota.reached_on') }}
            as numerator,
        1 as denominator
    from first_months_at_quota
    inner join rep_assignments
        on
            first_months_at_quota.rep_id = rep_assignments.rep_id
            and first_months_at_quota.reached_on
            between rep_assignments.valid_from and rep_assignments.valid_to

)

{{ kpi_rollup('ramped_reps') }}
