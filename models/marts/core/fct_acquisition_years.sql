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

costs_and_customers as (

    select
        cost_date as event_date,
        cost_date,
        amount as cost_amount,
        0 as count_new_customers
    from {{ ref('fct_selling_costs') }}
    union all
    select
        cost_date as event_date,
        cost_date,
        amount as cost_amount,
        0 as count_new_customers
    from {{ ref('fct_marketing_costs') }}
    union all
    select
        first_won_date as event_date,
        cast(null as date) as cost_date,
        0 as cost_amount,
        1 as count_new_customers
    from {{ ref('dim_accounts') }}
    where is_customer

),

first_costs as (

    select min(cost_date) as first_cost_date
    from costs_and_customers

),

-- The cost before the first known one is unknown; a later year without one cost nothing.
acquisition_years as (

    select
        years.period_grain,
        years.period_start_date,
        case
            when max(first_costs.first_cost_date) <= max(years.measured_on_date)
                then {{ as_measure('coalesce(sum(costs_and_customers.cost_amount), 0)') }}
        end as cost_amount,
        cast(coalesce(sum(costs_and_customers.count_new_customers), 0) as bigint)
            as count_new_customers
    from years
    cross join first_costs
    left join costs_and_customers
        on
            costs_and_customers.event_date
            between years.trailing_year_start_date and years.measured_on_date
    group by years.period_grain, years.period_start_date

)

select * from acquisition_years
