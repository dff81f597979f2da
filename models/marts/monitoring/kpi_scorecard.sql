with

kpi_rows as (

    select *
    from {{ ref('kpi_values') }}

),

-- Each KPI's own periods: the newest complete one of a cohort is older than that of the rest.
periods_of_kpis as (

    select
        kpi,
        period_grain,
        period_start_date,
        case when is_period_complete then 'newest_complete' else 'running' end as which_period,
        row_number() over (
            partition by kpi, period_grain, is_period_complete
            order by period_start_date desc
        ) as periods_back
    from kpi_rows
    where dimension = 'total'

),

-- The part of an earlier period after as many days as the running one has: see kpis_of_daily_rows.
{% set comparisons = ['previous', 'year_ago'] -%}
{% for comparison in comparisons -%}
days_of_{{ comparison }} as (

    select
        running_periods.kpi,
        running_periods.period_grain,
        sum(daily_rows.numerator) as numerator,
        sum(daily_rows.denominator) as denominator
    from periods_of_kpis as running_periods
    inner join {{ ref('dim_periods') }} as periods
        on
            running_periods.period_grain = periods.period_grain
            and running_periods.period_start_date = periods.period_start_date
    inner join {{ ref('dim_periods') }} as earlier_periods
        on
            periods.period_grain = earlier_periods.period_grain
            and periods.{{ comparison }}_period_start_date = earlier_periods.period_start_date
    inner join kpi_rows as daily_rows
        on
            running_periods.kpi = daily_rows.kpi
            and daily_rows.period_grain = 'day'
            and daily_rows.period_start_date between earlier_periods.period_start_date
            and least(
                earlier_periods.period_end_date,
                {{ add_days(
                    'earlier_periods.period_start_date',
                    days_between('periods.period_start_date', 'periods.measured_on_date')
                ) }}
            )
    where
        running_periods.which_period = 'running'
        and running_periods.periods_back = 1
        and running_periods.kpi in ({{ kpis_of_days() }})
    group by running_periods.kpi, running_periods.period_grain

),

{% endfor -%}
-- The line through the last twelve complete periods.
trends as (

    select
        kpi_rows.kpi,
        kpi_rows.period_grain,
        kpi_rows.dimension,
        kpi_rows.dimension_value,
        count(kpi_rows.value) as trend_periods,
        regr_slope(
            kpi_rows.value, cast(-periods_of_kpis.periods_back as double)
            {{ in_order_of('periods_of_kpis.periods_back') }}
        ) as slope,
        max(abs(kpi_rows.value)) as size_of_values,
        regr_r2(
            kpi_rows.value, cast(-periods_of_kpis.periods_back as double)
            {{ in_order_of('periods_of_kpis.periods_back') }}
        ) as explained
    from kpi_rows
    inner join periods_of_kpis
        on
            kpi_rows.kpi = periods_of_kpis.kpi
            and kpi_rows.period_grain = periods_of_kpis.period_grain
            and kpi_rows.period_start_date = periods_of_kpis.period_start_date
    where
        periods_of_kpis.which_period = 'newest_complete'
        and periods_of_kpis.periods_back <= 12
    group by
        kpi_rows.kpi, kpi_rows.period_grain, kpi_rows.dimension, kpi_rows.dimension_value

),

newest_rows as (

    select
        kpi_rows.*,
        periods_of_kpis.which_period,
        kpi_catalog.direction,
        kpi_catalog.accrues,
        case
            when periods_of_kpis.which_period = 'newest_complete' then 1.0
            else
                {{ safe_ratio(
                    count_working_days('kpi_rows.period_start_date', as_of_date()),
                    count_working_days('kpi_rows.period_start_date', 'kpi_rows.period_end_date')
                ) }}
        end as share_passed,
        coalesce(trends.trend_periods, 0) as trend_periods,
        -- A rise by less than rounding is none.
        case
            when trends.trend_periods < 6 then null
            when abs(trends.slope) * 12 <= 1e-9 * trends.size_of_values then 0
            else trends.slope
        end as trend_slope,
        trends.explained
    from kpi_rows
    inner join periods_of_kpis
        on
            kpi_rows.kpi = periods_of_kpis.kpi
            and kpi_rows.period_grain = periods_of_kpis.period_grain
            and kpi_rows.period_start_date = periods_of_kpis.period_start_date
            and periods_of_kpis.periods_back = 1
    inner join {{ ref('kpi_catalog') }} as kpi_catalog
        on kpi_rows.kpi = kpi_catalog.kpi
    left join trends
        on
            kpi_rows.kpi = trends.kpi
            and kpi_rows.period_grain = trends.period_grain
            and kpi_rows.dimension = trends.dimension
            and kpi_rows.dimension_value = trends.dimension_value

),

projected_rows as (

    select
        {% for comparison in comparisons -%}
        case
            when newest_rows.which_period = 'newest_complete'
                then newest_rows.{{ comparison }}_value
            when newest_rows.dimension <> 'total' then null
            when newest_rows.denominator is null then days_of_{{ comparison }}.numerator
            else {{ safe_ratio(
                'days_of_' ~ comparison ~ '.numerator', 'days_of_' ~ comparison ~ '.denominator'
            ) }}
        end as compared_{{ comparison }}_value,
        {% endfor -%}
        newest_rows.*,
        periods.period_label,
        case
            when newest_rows.accrues then newest_rows.target_value * newest_rows.share_passed
            else newest_rows.target_value
        end as expected_value,
        case
            when newest_rows.accrues
                then {{ safe_ratio('newest_rows.value', 'newest_rows.share_passed') }}
            else newest_rows.value
        end as projected_value
    from newest_rows
    {% for comparison in comparisons -%}
    left join days_of_{{ comparison }}
        on
            newest_rows.kpi = days_of_{{ comparison }}.kpi
            and newest_rows.period_grain = days_of_{{ comparison }}.period_grain
    {% endfor -%}
    inner join {{ ref('dim_periods') }} as periods
        on
            newest_rows.period_grain = periods.period_grain
            and newest_rows.period_start_date = periods.period_start_date

),

attained_rows as (

    select
        *,
        {{ target_attainment('projected_value', 'target_value', 'direction') }}
            as attainment_ratio_by_direction
    from projected_rows

),

kpi_scorecard as (

    select
        kpi,
        family,
        period_grain,
        which_period,
        dimension,
        dimension_value,
        dimension_label,
        period_label,
        period_start_date,
        period_end_date,
        value,
        compared_previous_value as previous_value,
        value - compared_previous_value as change,
        {{ safe_ratio('value - compared_previous_value', 'abs(compared_previous_value)') }}
            as change_ratio,
        compared_year_ago_value as year_ago_value,
        {{ safe_ratio('value - compared_year_ago_value', 'abs(compared_year_ago_value)') }}
            as yoy_ratio,
        target_value,
        share_passed,
        expected_value,
        projected_value,
        attainment_ratio_by_direction as attainment_ratio,
        {{ attainment_status(
            'attainment_ratio_by_direction', 'projected_value', 'target_value', 'direction'
        ) }} as status,
        case
            when trend_slope is null then null
            when trend_slope = 0 or {{ is_more_than('1', '3 * explained') }} then 'steady'
            when (trend_slope > 0) = (direction = 'higher') then 'improving'
            else 'worsening'
        end as trend,
        trend_slope,
        trend_periods,
        is_small_sample
    from attained_rows

)

select * from kpi_scorecard
