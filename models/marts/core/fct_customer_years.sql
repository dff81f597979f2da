with

years as (

    select
        period_grain,
        period_start_date,
        trailing_year_start_date,
        measured_on_date
    from {{ ref('dim_periods') }}
    where period_grain not in ('day', 'week') and period_start_date <= {{ as_of_date() }}

),

won_deals_and_churned_customers as (

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

-- A customer that is active at the end of the day before a month is active at the month's start.
days_before_months as (

    {% for months in range(12) -%}
    select
        period_grain,
        period_start_date,
        {{ add_days(add_months_to('trailing_year_start_date', months), -1) }} as day_before_date
    from years
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

parts_of_years as (

    select
        years.period_grain,
        years.period_start_date,
        events.territory,
        events.market,
        events.segment,
        events.revenue,
        events.count_churned,
        0 as count_months
    from years
    inner join won_deals_and_churned_customers as events
        on events.event_date between years.trailing_year_start_date and years.measured_on_date
    union all
    select
        days.period_grain,
        days.period_start_date,
        territories.territory,
        accounts.market,
        accounts.segment,
        0 as revenue,
        0 as count_churned,
        1 as count_months
    from days_before_months as days
    inner join {{ ref('fct_customer_stretches') }} as stretches
        on days.day_before_date between stretches.valid_from and stretches.valid_to
    left join {{ ref('dim_account_territories') }} as territories
        on
            stretches.account_id = territories.account_id
            and days.day_before_date between territories.valid_from and territories.valid_to
    left join {{ ref('dim_accounts') }} as accounts
        on stretches.account_id = accounts.account_id

),

customer_years as (

    select
        period_grain,
        period_start_date,
        coalesce(territory, '(none)') as territory,
        coalesce(market, '(none)') as market,
        coalesce(segment, '(none)') as segment,
        {{ as_measure('sum(revenue)') }} as revenue,
        cast(sum(count_churned) as bigint) as count_churned_customers,
        cast(sum(count_months) as bigint) as count_customer_months
    from parts_of_years
    group by
        period_grain,
        period_start_date,
        coalesce(territory, '(none)'),
        coalesce(market, '(none)'),
        coalesce(segment, '(none)')

)

select * from customer_years
