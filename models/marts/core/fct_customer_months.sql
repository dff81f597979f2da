with

months as (

    select distinct
        month_start_date,
        least({{ period_end('month', 'month_start_date') }}, {{ as_of_date() }}) as measured_on_date
    from {{ ref('dim_dates') }}
    where month_start_date <= {{ as_of_date() }}

),

stretches as (

    select
        account_id,
        valid_from,
        valid_to,
        monthly_recurring_revenue,
        row_number() over (partition by account_id order by valid_from) = 1 as is_first,
        coalesce(
            {{ add_days('lag(valid_to) over (partition by account_id order by valid_from)', 1) }}
            = valid_from,
            false
        ) as is_continued,
        case
            when coalesce(
                lead(valid_from) over (partition by account_id order by valid_from)
                > {{ add_days('valid_to', 1) }},
                valid_to < {{ as_of_date() }}
            ) then {{ add_days('valid_to', 1) }}
        end as churned_on
    from {{ ref('fct_customer_stretches') }}

),

-- The state at a month's start is that at the end of the day before it.
account_months as (

    select
        stretches.account_id,
        months.month_start_date,
        months.measured_on_date,
        count(case when {{ add_days('months.month_start_date', -1) }}
            between stretches.valid_from and stretches.valid_to then 1 end) > 0
            as is_active_at_start,
        count(case when months.measured_on_date
            between stretches.valid_from and stretches.valid_to then 1 end) > 0
            as is_active_at_end,
        coalesce(sum(case when {{ add_days('months.month_start_date', -1) }}
            between stretches.valid_from and stretches.valid_to
            then stretches.monthly_recurring_revenue end), 0) as mrr_at_start,
        coalesce(sum(case when months.measured_on_date
            between stretches.valid_from and stretches.valid_to
            then stretches.monthly_recurring_revenue end), 0) as mrr_at_end,
        count(case when stretches.is_first
            and stretches.valid_from >= months.month_start_date then 1 end) > 0 as is_new,
        count(case when not stretches.is_first and not stretches.is_continued
            and stretches.valid_from between months.month_start_date and months.measured_on_date
            then 1 end) as count_returns,
        count(case when stretches.churned_on
            between months.month_start_date and months.measured_on_date then 1 end) as count_churns,
        max(case when stretches.churned_on
            between months.month_start_date and months.measured_on_date
            then stretches.churned_on end) as last_churned_on
    from stretches
    inner join months
        on
            months.measured_on_date >= stretches.valid_from
            and months.month_start_date <= {{ add_days('stretches.valid_to', 1) }}
    group by stretches.account_id, months.month_start_date, months.measured_on_date

),

-- Who leaves and returns more than once in a month is counted by what the month made of it, so that
-- active at start + new + returned - churned = active at end.
customer_months as (

    select
        account_months.account_id,
        account_months.month_start_date,
        account_months.is_active_at_start,
        account_months.is_active_at_end,
        {{ as_measure('account_months.mrr_at_start') }} as mrr_at_start,
        {{ as_measure('account_months.mrr_at_end') }} as mrr_at_end,
        account_months.is_new,
        account_months.count_churns > 0 and account_months.count_churns >= count_returns
            as is_churned,
        account_months.count_returns > 0 and account_months.count_returns >= count_churns
            as is_returned,
        case when account_months.count_churns >= count_returns then last_churned_on end
            as churned_on,
        territories.territory,
        accounts.market,
        accounts.segment,
        accounts.industry
    from account_months
    left join {{ ref('dim_account_territories') }} as territories
        on
            account_months.account_id = territories.account_id
            and account_months.measured_on_date
            between territories.valid_from and territories.valid_to
    left join {{ ref('dim_accounts') }} as accounts
        on account_months.account_id = accounts.account_id

)

select * from customer_months
