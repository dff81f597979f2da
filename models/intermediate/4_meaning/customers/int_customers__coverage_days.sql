with

coverage as (

    select
        account_id,
        valid_from,
        valid_to,
        monthly_recurring_revenue,
        cast(cover = 'subscription' as int) as count_subscriptions
    from {{ ref('int_customers__coverage') }}

),

beginnings_and_ends as (

    select
        account_id,
        valid_from as changed_on,
        monthly_recurring_revenue as change_of_revenue,
        1 as change_of_coverage,
        count_subscriptions as change_of_subscriptions
    from coverage
    union all
    select
        account_id,
        {{ add_days('valid_to', 1) }} as changed_on,
        -monthly_recurring_revenue as change_of_revenue,
        -1 as change_of_coverage,
        -count_subscriptions as change_of_subscriptions
    from coverage

),

changes_of_days as (

    select
        account_id,
        changed_on,
        sum(change_of_revenue) as change_of_revenue,
        sum(change_of_coverage) as change_of_coverage,
        sum(change_of_subscriptions) as change_of_subscriptions
    from beginnings_and_ends
    group by account_id, changed_on

),

spans as (

    select
        account_id,
        changed_on as valid_from,
        {{ add_days(
            'lead(changed_on) over (partition by account_id order by changed_on)', -1
        ) }} as valid_to,
        sum(change_of_revenue) over (
            partition by account_id order by changed_on
            rows between unbounded preceding and current row
        ) as monthly_recurring_revenue,
        sum(change_of_coverage) over (
            partition by account_id order by changed_on
            rows between unbounded preceding and current row
        ) as count_coverage,
        sum(change_of_subscriptions) over (
            partition by account_id order by changed_on
            rows between unbounded preceding and current row
        ) as count_subscriptions
    from changes_of_days

),

coverage_days as (

    select
        account_id,
        valid_from,
        valid_to,
        {{ as_measure('monthly_recurring_revenue') }} as monthly_recurring_revenue,
        case when count_subscriptions > 0 then 'subscription' else 'deal' end as cover
    from spans
    where count_coverage > 0 and valid_from <= {{ as_of_date() }}

)

select * from coverage_days
