{% set columns = [
    'rule_id', 'kpi', 'period_grain', 'period_start_date', 'dimension', 'dimension_value',
    'dimension_label', 'period_end_date', 'comparison', 'threshold', 'value', 'severity', 'owner',
] -%}
with

rules as (

    select
        rule_id,
        {% for column in ['kpi', 'period_grain', 'dimension_value', 'owner'] -%}
        nullif(trim({{ column }}), '') as {{ column }},
        {% endfor -%}
        coalesce(nullif(trim(dimension), ''), 'total') as dimension,
        lower(trim(comparison)) as comparison,
        threshold,
        severity
    from {{ ref('kpi_alert_rules') }}
    where coalesce(is_enabled, true)

),

complete_rows as (

    select kpi_values.*
    from {{ ref('kpi_values') }} as kpi_values
    where
        kpi_values.is_period_complete
        and kpi_values.value is not null

),

-- A rule without a KPI, or without a dimension value, is one for each.
watched_rows as (

    select
        rules.rule_id,
        rules.comparison,
        rules.threshold,
        rules.severity,
        coalesce(rules.owner, kpi_catalog.owner) as owner,
        kpi_catalog.unit,
        complete_rows.*
    from rules
    inner join complete_rows
        on
            coalesce(rules.kpi, complete_rows.kpi) = complete_rows.kpi
            and rules.period_grain = complete_rows.period_grain
            and rules.dimension = complete_rows.dimension
            and coalesce(rules.dimension_value, complete_rows.dimension_value)
            = complete_rows.dimension_value
    inner join {{ ref('kpi_catalog') }} as kpi_catalog
        on complete_rows.kpi = kpi_catalog.kpi

),

levels as (

    select
        {{ columns | join(', ') }},
        case comparison when 'target_missed' then target_value else threshold end as expected_value,
        case comparison
            when 'below' then {{ is_more_than('threshold', 'value') }}
            when 'above' then {{ is_more_than('value', 'threshold') }}
            else status = 'missed'
        end as is_breach
    from watched_rows
    where comparison in ('below', 'above', 'target_missed')

),

-- Values of few cases differ by chance; a count is itself how many there are.
{% set expected_value =
    'earlier_rows.value + watched_rows.threshold * abs(earlier_rows.value)' -%}
changes as (

    select
        {% for column in columns -%}
        watched_rows.{{ column }},
        {% endfor -%}
        {{ expected_value }} as expected_value,
        case
            when watched_rows.comparison like '%above'
                then {{ is_more_than('watched_rows.value', expected_value) }}
            else {{ is_more_than(expected_value, 'watched_rows.value') }}
        end
        and not watched_rows.is_small_sample
        and not earlier_rows.is_small_sample
        and {{ is_enough_of_a_count(
            'watched_rows.unit', 'watched_rows.value', 'earlier_rows.value'
        ) }} as is_breach
    from watched_rows
    inner join {{ ref('dim_periods') }} as periods
        on
            watched_rows.period_grain = periods.period_grain
            and watched_rows.period_start_date = periods.period_start_date
    inner join complete_rows as earlier_rows
        on
            watched_rows.kpi = earlier_rows.kpi
            and watched_rows.period_grain = earlier_rows.period_grain
            and watched_rows.dimension = earlier_rows.dimension
            and watched_rows.dimension_value = earlier_rows.dimension_value
            and case
                when watched_rows.comparison like 'year%' then periods.year_ago_period_start_date
                else periods.previous_period_start_date
            end = earlier_rows.period_start_date
    where
        watched_rows.comparison in (
            'change_below', 'change_above', 'year_change_below', 'year_change_above'
        )

),

history as (

    select
        watched_rows.*,
        earlier_rows.value as earlier_value
    from watched_rows
    inner join complete_rows as earlier_rows
        on
            watched_rows.kpi = earlier_rows.kpi
            and watched_rows.period_grain = earlier_rows.period_grain
            and watched_rows.dimension = earlier_rows.dimension
            and watched_rows.dimension_value = earlier_rows.dimension_value
            and {{ is_in_history(
                'earlier_rows.period_start_date', 'watched_rows.period_start_date',
                'watched_rows.period_grain'
            ) }}
    where
        watched_rows.comparison = 'outside_history'
        and not watched_rows.is_small_sample
        and not earlier_rows.is_small_sample

),

medians as (

    select
        rule_id,
        kpi,
        dimension_value,
        period_start_date,
        median(earlier_value) as median_value
    from history
    group by rule_id, kpi, dimension_value, period_start_date

),

spreads as (

    select
        history.rule_id,
        history.kpi,
        history.dimension_value,
        history.period_start_date,
        medians.median_value,
        count(*) as count_values,
        median(abs(history.earlier_value - medians.median_value)) as median_deviation,
        avg(abs(history.earlier_value - medians.median_value)) as mean_deviation
    from history
    inner join medians
        on
            history.rule_id = medians.rule_id
            and history.kpi = medians.kpi
            and history.dimension_value = medians.dimension_value
            and history.period_start_date = medians.period_start_date
    group by
        history.rule_id,
        history.kpi,
        history.dimension_value,
        history.period_start_date,
        medians.median_value

),

-- The widest of what the values' own deviations say (1.4826 and 1.2533 make a standard deviation of
-- them where values are normally distributed) and of what counting alone would make them differ.
widest_spreads as (

    select
        watched_rows.*,
        spreads.median_value,
        spreads.count_values,
        greatest(
            1.4826 * spreads.median_deviation,
            1.2533 * spreads.mean_deviation,
            case
                when watched_rows.unit = 'count' then sqrt(greatest(spreads.median_value, 0))
                when
                    watched_rows.unit = 'ratio'
                    and spreads.median_value between 0 and 1
                    and watched_rows.denominator > 0
                    then sqrt(
                        spreads.median_value * (1 - spreads.median_value)
                        / cast(watched_rows.denominator as double)
                    )
                else 0
            end
        ) as spread
    from watched_rows
    inner join spreads
        on
            watched_rows.rule_id = spreads.rule_id
            and watched_rows.kpi = spreads.kpi
            and watched_rows.dimension_value = spreads.dimension_value
            and watched_rows.period_start_date = spreads.period_start_date

),

-- A value that never moved has no spread by which another could be judged.
outliers as (

    select
        {{ columns | join(', ') }},
        median_value as expected_value,
        count_values >= 8
        and {{ is_enough_of_a_count('unit', 'value', 'median_value') }}
        and spread > 0
        and {{ is_more_than('abs(value - median_value)', 'threshold * spread') }} as is_breach
    from widest_spreads

),

judged_rows as (

    select * from levels
    union all
    select * from changes
    union all
    select * from outliers

),

kpi_breaches as (

    select
        rule_id,
        kpi,
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        dimension_label,
        period_end_date,
        comparison,
        threshold,
        value,
        expected_value,
        severity,
        owner
    from judged_rows
    where is_breach

)

select * from kpi_breaches
