with

forecast_periods as (

    select
        *,
        {{ add_days(as_of_date(), '-days_to_end') }} as last_known_date
    from {{ ref('dim_forecast_periods') }}

),

weeks as (

    select period_end_date as week_end_date
    from {{ ref('dim_periods') }}
    where period_grain = 'week'

),

closed_deals as (

    select
        close_date,
        coalesce(created_date, close_date) as created_date,
        is_won,
        amount
    from {{ ref('fct_deals') }}
    where is_closed

),

first_closed_deals as (

    select min(close_date) as close_date
    from closed_deals

),

-- The weeks of twelve months whose outcome is known. Before the first closed deal there is no
-- telling whether nothing was won or nothing was recorded.
weeks_of_periods as (

    select
        forecast_periods.period_grain,
        forecast_periods.period_start_date,
        weeks.week_end_date,
        {{ add_days('weeks.week_end_date', 'forecast_periods.days_before + 1') }}
            as won_from_date,
        {{ add_days('weeks.week_end_date', 'forecast_periods.days_to_end') }} as won_to_date
    from forecast_periods
    inner join weeks
        on
            forecast_periods.last_known_date >= weeks.week_end_date
            and {{ add_months_to('forecast_periods.last_known_date', -12) }} < weeks.week_end_date
    inner join first_closed_deals
        on weeks.week_end_date >= first_closed_deals.close_date

),

new_deals as (

    select
        weeks_of_periods.period_grain,
        weeks_of_periods.period_start_date,
        weeks_of_periods.week_end_date,
        sum(closed_deals.amount) as amount
    from weeks_of_periods
    inner join closed_deals
        on
            weeks_of_periods.week_end_date < closed_deals.created_date
            and closed_deals.is_won
            and closed_deals.close_date
            between weeks_of_periods.won_from_date and weeks_of_periods.won_to_date
    group by
        weeks_of_periods.period_grain,
        weeks_of_periods.period_start_date,
        weeks_of_periods.week_end_date

),

forecast_weeks as (

    select
        weeks_of_periods.period_grain,
        weeks_of_periods.period_start_date,
        weeks_of_periods.week_end_date,
        cast(row_number() over (
            partition by weeks_of_periods.period_grain, weeks_of_periods.period_start_date
            order by weeks_of_periods.week_end_date
        ) as bigint) as week_number,
        weeks_of_periods.won_from_date,
        weeks_of_periods.won_to_date,
        {{ as_measure('coalesce(new_deals.amount, 0)') }} as new_deals_amount
    from weeks_of_periods
    left join new_deals
        on
            weeks_of_periods.period_grain = new_deals.period_grain
            and weeks_of_periods.period_start_date = new_deals.period_start_date
            and weeks_of_periods.week_end_date = new_deals.week_end_date

)

select * from forecast_weeks
