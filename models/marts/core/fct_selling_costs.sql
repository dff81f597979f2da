with

costs as (

    select
        {{ start_of('month', 'cost_month') }} as month_start_date,
        coalesce(nullif(trim(cost_type), ''), '(none)') as cost_type,
        coalesce(nullif(trim(team), ''), '(none)') as team,
        coalesce(nullif(trim(territory), ''), '(none)') as territory,
        amount,
        currency
    from {{ ref('selling_costs') }}

),

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

dates as (

    select
        date_day,
        month_start_date
    from {{ ref('dim_dates') }}
    where date_day <= {{ as_of_date() }}

),

valued_costs as (

    select
        costs.month_start_date,
        costs.cost_type,
        costs.team,
        costs.territory,
        {{ as_measure('sum(costs.amount * rates.rate_to_reporting)') }} as amount
    from costs
    left join rates
        on
            {{ currency_code_of('costs.currency') }} = rates.currency_code
            and costs.month_start_date between rates.valid_from and rates.valid_to
    group by
        costs.month_start_date,
        costs.cost_type,
        costs.team,
        costs.territory

),

daily_costs as (

    select
        {{ as_text('dates.date_day') }}
        || '|' || valued_costs.cost_type
        || '|' || valued_costs.team
        || '|' || valued_costs.territory as cost_id,
        dates.date_day as cost_date,
        valued_costs.cost_type,
        valued_costs.team,
        valued_costs.territory,
        {{ day_of_month_amount(
            'valued_costs.amount', 'dates.date_day', 'valued_costs.month_start_date'
        ) }} as amount
    from valued_costs
    inner join dates
        on valued_costs.month_start_date = dates.month_start_date

)

select * from daily_costs
