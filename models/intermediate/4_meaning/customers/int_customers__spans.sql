{% set grace_days = var('churn_grace_days') | int %}

with

coverage_days as (

    select
        account_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by account_id order by valid_from) as next_valid_from,
        monthly_recurring_revenue,
        cover
    from {{ ref('int_customers__coverage_days') }}

),

-- Days without cover, up to the next cover or to `as_of_date`. Within the grace they are no gap:
-- the customer stays, at the earlier amount.
days_of_grace as (

    select
        account_id,
        {{ add_days('valid_to', 1) }} as valid_from,
        coalesce({{ add_days('next_valid_from', -1) }}, {{ as_of_date() }}) as valid_to,
        monthly_recurring_revenue,
        'grace' as cover
    from coverage_days
    where
        valid_to < {{ as_of_date() }}
        and {{ days_between(
            'valid_to', 'coalesce(' ~ add_days('next_valid_from', -1) ~ ', ' ~ as_of_date() ~ ')'
        ) }} between 1 and {{ grace_days }}

),

active_days as (

    select
        account_id,
        valid_from,
        least(valid_to, {{ as_of_date() }}) as valid_to,
        monthly_recurring_revenue,
        cover
    from coverage_days
    union all
    select * from days_of_grace

),

-- A span ends where the customer leaves, or where its revenue or its cover changes.
marked_days as (

    select
        *,
        case
            when
                lag(valid_to) over (partition by account_id order by valid_from)
                = {{ add_days('valid_from', -1) }}
                and lag(monthly_recurring_revenue) over (
                    partition by account_id order by valid_from
                ) = monthly_recurring_revenue
                and lag(cover) over (partition by account_id order by valid_from) = cover
                then 0
            else 1
        end as is_begin
    from active_days

),

numbered_days as (

    select
        *,
        sum(is_begin) over (
            partition by account_id order by valid_from
            rows between unbounded preceding and current row
        ) as span_number
    from marked_days

),

customer_spans as (

    select
        account_id,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
        min(monthly_recurring_revenue) as monthly_recurring_revenue,
        min(cover) as cover
    from numbered_days
    group by account_id, span_number

)

select * from customer_spans
