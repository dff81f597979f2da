with

covers as (

    select *
    from {{ ref('int_customers__covers') }}

),

beginnings_and_ends as (

    select
        account_id,
        cover,
        valid_from as changed_on,
        monthly_recurring_revenue as change_of_revenue,
        1 as change_of_covers
    from covers
    union all
    select
        account_id,
        cover,
        {{ add_days('valid_to', 1) }} as changed_on,
        -monthly_recurring_revenue as change_of_revenue,
        -1 as change_of_covers
    from covers

),

changes_of_days as (

    select
        account_id,
        cover,
        changed_on,
        sum(change_of_revenue) as change_of_revenue,
        sum(change_of_covers) as change_of_covers
    from beginnings_and_ends
    group by account_id, cover, changed_on

),

stretches as (

    select
        account_id,
        cover,
        changed_on as valid_from,
        {{ add_days(
            'lead(changed_on) over (partition by account_id order by changed_on)', -1
        ) }} as valid_to,
        sum(change_of_revenue) over (
            partition by account_id order by changed_on
            rows between unbounded preceding and current row
        ) as monthly_recurring_revenue,
        sum(change_of_covers) over (
            partition by account_id order by changed_on
            rows between unbounded preceding and current row
        ) as count_covers
    from changes_of_days

),

covered_days as (

    select
        account_id,
        valid_from,
        valid_to,
        {{ as_measure('monthly_recurring_revenue') }} as monthly_recurring_revenue,
        cover
    from stretches
    where count_covers > 0 and valid_from <= {{ as_of_date() }}

)

select * from covered_days
