with

dates as (

    select date_day
    from {{ ref('dim_dates') }}

),

period_starts as (

    {% for grain in period_grains() -%}
    select distinct
        '{{ grain }}' as period_grain,
        {{ period_start(grain, 'date_day') }} as period_start_date
    from dates
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

period_bounds as (

    select
        period_grain,
        period_start_date,
        case period_grain
            {% for grain in period_grains() -%}
            when '{{ grain }}' then {{ period_end(grain, 'period_start_date') }}
            {% endfor %}
        end as period_end_date,
        case period_grain
            when 'day' then {{ add_days('period_start_date', -1) }}
            when 'week' then {{ add_days('period_start_date', -7) }}
            when 'month' then {{ add_months_to('period_start_date', -1) }}
            when 'quarter' then {{ add_months_to('period_start_date', -3) }}
            when 'fiscal_quarter' then {{ add_months_to('period_start_date', -3) }}
            else {{ add_months_to('period_start_date', -12) }}
        end as previous_period_start_date,
        -- The Thursday of an ISO week says to which year the week belongs.
        cast(extract(year from {{ add_days('period_start_date', 3) }}) as integer) as iso_year,
        {{ iso_week('period_start_date') }} as iso_week
    from period_starts

),

-- The same period a year before: the same date, ISO week number, month, quarter or year. The 29th
-- of February and week 53 have none.
periods as (

    select
        period_bounds.period_grain,
        period_bounds.period_start_date,
        case period_bounds.period_grain
            {% for grain in period_grains() -%}
            when '{{ grain }}' then {{ period_label(
                grain, 'period_bounds.period_start_date', 'period_bounds.iso_year',
                'period_bounds.iso_week'
            ) }}
            {% endfor %}
        end as period_label,
        period_bounds.period_end_date,
        least(period_bounds.period_end_date, {{ as_of_date() }}) as measured_on_date,
        {{ add_months_to(add_days(
            'least(period_bounds.period_end_date, ' ~ as_of_date() ~ ')', 1
        ), -12) }} as trailing_year_start_date,
        period_bounds.previous_period_start_date,
        case
            when period_bounds.period_grain = 'week' then weeks_a_year_before.period_start_date
            when
                extract(day from {{ add_months_to('period_bounds.period_start_date', -12) }})
                = extract(day from period_bounds.period_start_date)
                then {{ add_months_to('period_bounds.period_start_date', -12) }}
        end as year_ago_period_start_date,
        period_bounds.period_end_date <= {{ as_of_date() }} as is_complete,
        case
            when
                period_bounds.period_start_date <= {{ as_of_date() }}
                and period_bounds.period_end_date > {{ as_of_date() }}
                then 'current'
            when
                period_bounds.period_start_date = max(
                    case
                        when period_bounds.period_end_date <= {{ as_of_date() }}
                            then period_bounds.period_start_date
                    end
                ) over (partition by period_bounds.period_grain)
                then 'last complete'
        end as relative_period
    from period_bounds
    left join period_bounds as weeks_a_year_before
        on
            period_bounds.period_grain = 'week'
            and weeks_a_year_before.period_grain = 'week'
            and period_bounds.iso_year - 1 = weeks_a_year_before.iso_year
            and period_bounds.iso_week = weeks_a_year_before.iso_week

)

select * from periods
