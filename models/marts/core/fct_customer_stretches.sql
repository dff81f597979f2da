with

stretches as (

    select *
    from {{ ref('int_customers__spans') }}

),

stretches_in_order as (

    select
        *,
        lag(valid_to) over (partition by account_id order by valid_from) as previous_valid_to,
        lead(valid_from) over (partition by account_id order by valid_from) as next_valid_from
    from stretches

),

-- A customer without coverage on the next day has left on it.
customer_stretches as (

    select
        account_id,
        valid_from,
        valid_to,
        monthly_recurring_revenue,
        cover,
        previous_valid_to is null as is_first,
        coalesce(previous_valid_to = {{ add_days('valid_from', -1) }}, false) as is_continued,
        case
            when
                valid_to < {{ as_of_date() }}
                and coalesce(next_valid_from > {{ add_days('valid_to', 1) }}, true)
                then {{ add_days('valid_to', 1) }}
        end as churned_on
    from stretches_in_order

)

select * from customer_stretches
