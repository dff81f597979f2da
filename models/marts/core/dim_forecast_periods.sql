with

running_periods as (

    {% for grain in forecast_grains() -%}
    select
        '{{ grain }}' as period_grain,
        {{ period_start(grain, as_of_date()) }} as period_start_date
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

periods as (

    {% for months in [0, 3] -%}
    select
        period_grain,
        {{ add_months_to('period_start_date', months) }} as period_start_date,
        {{ add_days(add_months_to('period_start_date', months + 3), -1) }} as period_end_date
    from running_periods
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- The rest of the period begins after so many days and ends after so many.
forecast_periods as (

    select
        period_grain,
        period_start_date,
        period_end_date,
        period_start_date <= {{ as_of_date() }} as is_running,
        cast(
            greatest({{ days_between(as_of_date(), 'period_start_date') }} - 1, 0) as bigint
        ) as days_before,
        cast({{ days_between(as_of_date(), 'period_end_date') }} as bigint) as days_to_end
    from periods

)

select * from forecast_periods
