with

months as (

    select distinct
        month_start_date,
        least({{ period_end('month', 'month_start_date') }}, {{ as_of_date() }}) as measured_on_date
    from {{ ref('dim_dates') }}
    where month_start_date <= {{ as_of_date() }}

),

-- The state at a month's start is that at the end of the day before it.
stretches_of_months as (

    select
        stretches.account_id,
        months.month_start_date,
        months.measured_on_date,
        stretches.monthly_recurring_revenue,
        stretches.is_first,
        stretches.churned_on,
        stretches.valid_from < months.month_start_date
        and stretches.valid_to >= {{ add_days('months.month_start_date', -1) }} as covers_start,
        stretches.valid_to >= months.measured_on_date as covers_end,
        stretches.valid_from >= months.month_start_date and not stretches.is_continued as is_begin,
        coalesce(
            stretches.churned_on between months.month_start_date and months.measured_on_date, false
        ) as is_churn
    from {{ ref('fct_customer_stretches') }} as stretches
    inner join months
        on
            stretches.valid_from <= months.measured_on_date
            and {{ add_days('stretches.valid_to', 1) }} >= months.month_start_date

),

account_months as (

    select
        account_id,
        month_start_date,
        measured_on_date,
        bool_or(covers_start) as is_active_at_start,
        bool_or(covers_end) as is_active_at_end,
        sum(case when covers_start then monthly_recurring_revenue else 0 end) as mrr_at_start,
        sum(case when covers_end then monthly_recurring_revenue else 0 end) as mrr_at_end,
        bool_or(is_begin and is_first) as is_new,
        count(case when is_begin and not is_first then 1 end) as count_returns,
        count(case when is_churn then 1 end) as count_churns,
        max(case when is_churn then churned_on end) as last_churned_on
    from stretches_of_months
    group by account_id, month_start_date, measured_on_date

),

-- A customer that leaves and returns more than once in a month counts by its state at both ends, so
-- that active at start + new + returned - churned = active at end.
customer_months as (

    select
        account_months.account_id,
        account_months.month_start_date,
        account_months.is_active_at_start,
        account_months.is_active_at_end,
        {{ as_measure('account_months.mrr_at_start') }} as mrr_at_start,
        {{ as_measure('account_months.mrr_at_end') }} as mrr_at_end,
        account_months.is_new,
        account_months.count_churns > 0
        and account_months.count_churns >= account_months.count_returns
            as is_churned,
        account_months.count_returns > 0
        and account_months.count_returns >= account_months.count_churns
            as is_returned,
        case
            when account_months.count_churns >= account_months.count_returns
                then account_months.last_churned_on
        end as churned_on,
        accounts.territory,
        accounts.market,
        accounts.segment,
        accounts.industry
    from account_months
    left join {{ ref('int_accounts__placements') }} as accounts
        on
            account_months.account_id = accounts.account_id
            and account_months.measured_on_date between accounts.valid_from and accounts.valid_to

)

select * from customer_months
