with

periods as (

    select
        period_grain,
        period_start_date,
        {{ add_days('period_start_date', -1) }} as day_before_date,
        measured_on_date
    from {{ ref('dim_periods') }}
    where period_grain <> 'day' and period_start_date <= {{ as_of_date() }}

),

stretches as (

    select
        account_id,
        valid_from,
        valid_to,
        coalesce(
            {{ add_days('lead(valid_from) over (partition by account_id order by valid_from)', -1) }},
            date '2199-12-31'
        ) as last_until,
        monthly_recurring_revenue
    from {{ ref('fct_customer_stretches') }}

),

territories as (

    select *
    from {{ ref('dim_account_territories') }}

),

accounts as (

    select
        account_id,
        market,
        segment,
        industry
    from {{ ref('dim_accounts') }}

),

days_with_won_deals as (

    select
        account_id,
        close_date,
        count(*) as count_deals,
        sum(amount) as amount,
        max(case when is_new_business then lead_source end) as first_lead_source
    from {{ ref('fct_deals') }}
    where is_won and account_id is not null
    group by account_id, close_date

),

-- What a customer had bought by the end of each day, from its first won deal on.
bought_by_day as (

    select
        account_id,
        close_date as valid_from,
        coalesce(
            {{ add_days('lead(close_date) over (partition by account_id order by close_date)', -1) }},
            date '2199-12-31'
        ) as valid_to,
        sum(count_deals) over (partition by account_id order by close_date) as count_won_deals,
        sum(amount) over (partition by account_id order by close_date) as revenue_to_date,
        first_value(first_lead_source) over (partition by account_id order by close_date)
            as lead_source
    from days_with_won_deals

),

customer_periods as (

    select
        bought_by_day.account_id,
        periods.period_grain,
        periods.period_start_date,
        periods.measured_on_date,
        at_start.account_id is not null as is_active_at_start,
        coalesce(last_stretches.valid_to >= periods.period_start_date, false)
            as is_active_in_period,
        coalesce(last_stretches.valid_to >= periods.measured_on_date, false) as is_active_at_end,
        {{ as_measure('coalesce(at_start.monthly_recurring_revenue, 0)') }} as mrr_at_start,
        {{ as_measure("case when last_stretches.valid_to >= periods.measured_on_date
            then last_stretches.monthly_recurring_revenue else 0 end") }} as mrr_at_end,
        cast(bought_by_day.count_won_deals as bigint) as count_won_deals,
        {{ as_measure('bought_by_day.revenue_to_date') }} as revenue_to_date,
        territories_at_start.territory as territory_at_start,
        territories.territory,
        accounts.market,
        accounts.segment,
        accounts.industry,
        bought_by_day.lead_source
    from periods
    inner join bought_by_day
        on periods.measured_on_date between bought_by_day.valid_from and bought_by_day.valid_to
    left join stretches as at_start
        on
            bought_by_day.account_id = at_start.account_id
            and periods.day_before_date between at_start.valid_from and at_start.valid_to
    left join stretches as last_stretches
        on
            bought_by_day.account_id = last_stretches.account_id
            and periods.measured_on_date
            between last_stretches.valid_from and last_stretches.last_until
    left join territories as territories_at_start
        on
            bought_by_day.account_id = territories_at_start.account_id
            and periods.day_before_date
            between territories_at_start.valid_from and territories_at_start.valid_to
    left join territories
        on
            bought_by_day.account_id = territories.account_id
            and periods.measured_on_date between territories.valid_from and territories.valid_to
    left join accounts
        on bought_by_day.account_id = accounts.account_id

)

select * from customer_periods
