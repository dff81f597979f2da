with

years as (

    select *
    from {{ ref('dim_periods') }}
    where period_grain not in ('day', 'week') and period_start_date <= {{ as_of_date() }}

),

events as (

    select
        close_date as event_date,
        territory,
        market,
        segment,
        amount as revenue,
        0 as count_churned
    from {{ ref('fct_deals') }}
    where is_won
    union all
    select
        changed_on as event_date,
        territory,
        market,
        segment,
        0 as revenue,
        1 as count_churned
    from {{ ref('fct_customer_changes') }}
    where change_type = 'churned'

),

months_of_years as (

    {% for months in range(12) -%}
    select
        years.*,
        {{ add_days(add_months_to(add_days('measured_on_date', 1), months - 12), -1) }}
            as day_before_date
    from years
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

parts_of_years as (

    select
        years.period_grain,
        years.period_start_date,
        coalesce(events.territory, '(none)') as territory,
        coalesce(events.market, '(none)') as market,
        coalesce(events.segment, '(none)') as segment,
        events.revenue,
        events.count_churned,
        0 as count_months
    from years
    inner join events
        on events.event_date between years.trailing_year_start_date and years.measured_on_date
    union all
    select
        months.period_grain,
        months.period_start_date,
        coalesce(accounts.territory, '(none)') as territory,
        coalesce(accounts.market, '(none)') as market,
        coalesce(accounts.segment, '(none)') as segment,
        0 as revenue,
        0 as count_churned,
        1 as count_months
    from months_of_years as months
    inner join {{ ref('fct_customer_stretches') }} as stretches
        on months.day_before_date between stretches.valid_from and stretches.valid_to
    left join {{ ref('int_accounts__placements') }} as accounts
        on
            stretches.account_id = accounts.account_id
            and months.day_before_date between accounts.valid_from and accounts.valid_to

),

customer_years as (

    select
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        {{ as_measure('sum(revenue)') }} as revenue,
        cast(sum(count_churned) as bigint) as count_churned_customers,
        cast(sum(count_months) as bigint) as count_customer_months
    from parts_of_years
    group by period_grain, period_start_date, territory, market, segment

)

select * from customer_years
