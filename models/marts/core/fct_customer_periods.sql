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

purchases as (

    select *
    from {{ ref('int_customers__purchases') }}

),

stretches as (

    select
        account_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by account_id order by valid_from) as next_valid_from,
        monthly_recurring_revenue
    from {{ ref('fct_customer_stretches') }}

),

accounts as (

    select *
    from {{ ref('int_accounts__placements') }}

),

customer_periods as (

    select
        purchases.account_id,
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
        purchases.count_won_deals,
        purchases.revenue_to_date,
        accounts_at_start.territory as territory_at_start,
        accounts.territory,
        accounts.market,
        accounts.segment,
        accounts.industry,
        purchases.lead_source
    from periods
    inner join purchases
        on periods.measured_on_date between purchases.valid_from and purchases.valid_to
    left join stretches as at_start
        on
            purchases.account_id = at_start.account_id
            and periods.day_before_date between at_start.valid_from and at_start.valid_to
    left join stretches as last_stretches
        on
            purchases.account_id = last_stretches.account_id
            and periods.measured_on_date >= last_stretches.valid_from
            and periods.measured_on_date
            < coalesce(last_stretches.next_valid_from, {{ open_end() }})
    left join accounts as accounts_at_start
        on
            purchases.account_id = accounts_at_start.account_id
            and periods.day_before_date
            between accounts_at_start.valid_from and accounts_at_start.valid_to
    left join accounts
        on
            purchases.account_id = accounts.account_id
            and periods.measured_on_date between accounts.valid_from and accounts.valid_to

)

select * from customer_periods
