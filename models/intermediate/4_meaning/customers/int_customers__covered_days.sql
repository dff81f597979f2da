with

covers as (

    select
        account_id,
        valid_from,
        valid_to,
        monthly_recurring_revenue,
        cast(cover = 'subscription' as int) as count_subscriptions
    from {{ ref('int_customers__covers') }}

),

beginnings_and_ends as (

    select
        account_id,
        valid_from as changed_on,
        monthly_recurring_revenue as change_of_revenue,
        1 as change_of_covers,
        count_subscriptions as change_of_subscriptions
    from covers
    union all
    select
        account_id,
        {{ add_days('valid_to', 1) }} as changed_on,
        -monthly_recurring_revenue as change_of_revenue,
        -1 as change_of_covers,
        -count_subscriptions as change_of_subscriptions
    from covers

),

changes_of_days as (

    select
        account_id,
        changed_on,
        sum(change_of_revenue) as change_of_revenue,
        sum(change_of_covers) as change_of_covers,
        sum(change_of_subscriptions) as change_of_subscriptions
    from beginnings_and_ends
    group by account_id, changed_on

),

stretches as (

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
        sum(change_of_covers) over (
            partition by account_id order by changed_on
            rows between unbounded preceding and current row
        ) as count_covers,
        sum(change_of_subscriptions) over (
            partition by account_id order by changed_on
            rows between unbounded preceding and current row
        ) as count_subscriptions
    from changes_of_days

),

covered_days as (

    select
        account_id,
        valid_from,
        valid_to,
        {{ as_measure('monthly_recurring_revenue') }} as monthly_recurring_revenue,
        case when count_subscriptions > 0 then 'subscription' else 'deal' end as cover
    from stretches
    where count_covers > 0 and valid_from <= {{ as_of_date() }}

)

select * from covered_days
