with

-- The complete periods of a KPI, in their order.
numbered_periods as (

    select
        kpi,
        period_grain,
        period_start_date,
        period_end_date,
        row_number() over (
            partition by kpi, period_grain
            order by period_start_date
        ) as period_number,
        count(*) over (partition by kpi, period_grain) as newest_number
    from {{ ref('kpi_values') }}
    where
        dimension = 'total'
        and is_period_complete

),

-- Breaches of periods that follow each other are one alert.
numbered_breaches as (

    select
        breaches.*,
        numbered_periods.period_number,
        numbered_periods.newest_number,
        numbered_periods.period_number - row_number() over (
            partition by breaches.rule_id, breaches.kpi, breaches.dimension_value
            order by breaches.period_start_date
        ) as alert_number
    from {{ ref('kpi_breaches') }} as breaches
    inner join numbered_periods
        on
            breaches.kpi = numbered_periods.kpi
            and breaches.period_grain = numbered_periods.period_grain
            and breaches.period_start_date = numbered_periods.period_start_date

),

breaches_of_alerts as (

    select
        *,
        min(period_start_date) over (
            partition by rule_id, kpi, dimension_value, alert_number
        ) as first_period_start_date,
        min(period_end_date) over (
            partition by rule_id, kpi, dimension_value, alert_number
        ) as first_seen_date,
        row_number() over (
            partition by rule_id, kpi, dimension_value, alert_number
            order by period_start_date desc
        ) as breaches_back
    from numbered_breaches

),

newest_breaches as (

    select
        breaches.*,
        periods.period_label,
        kpi_catalog.title,
        kpi_catalog.unit,
        following_periods.period_end_date as cleared_date
    from breaches_of_alerts as breaches
    inner join {{ ref('dim_periods') }} as periods
        on
            breaches.period_grain = periods.period_grain
            and breaches.period_start_date = periods.period_start_date
    inner join {{ ref('kpi_catalog') }} as kpi_catalog
        on breaches.kpi = kpi_catalog.kpi
    left join numbered_periods as following_periods
        on
            breaches.kpi = following_periods.kpi
            and breaches.period_grain = following_periods.period_grain
            and breaches.period_number + 1 = following_periods.period_number
    where breaches.breaches_back = 1

),

alerts_of_kpis as (

    select
        rule_id || '|' || kpi || '|' || period_grain || '|' || dimension || '|' || dimension_value
        || '|' || {{ as_text('first_period_start_date') }} as alert_name,
        rule_id,
        kpi,
        period_grain,
        dimension,
        dimension_value,
        period_start_date,
        period_label,
        comparison,
        severity,
        owner,
        value,
        expected_value,
        title || case when dimension = 'total' then '' else ' of ' || dimension_label end
        || ' was ' || {{ value_in_words('value', 'unit') }} || ' in ' || period_label
        || case comparison
            when 'below' then ', below '
            when 'above' then ', above '
            when 'target_missed' then ', and its target '
            when 'outside_history' then ', far from its usual '
            when 'change_below' then ', where at least '
            when 'year_change_below' then ', where at least '
            else ', where at most '
        end || {{ value_in_words('expected_value', 'unit') }}
        || case comparison
            when 'below' then ''
            when 'above' then ''
            when 'target_missed' then ''
            when 'outside_history' then ''
            when 'change_below' then {{ expected_change('period') }}
            when 'change_above' then {{ expected_change('period') }}
            else {{ expected_change('year') }}
        end || '.' as sentence,
        first_seen_date,
        period_end_date as last_seen_date,
        cleared_date
    from newest_breaches

),

rules_of_sources as (

    select
        rule_id,
        nullif(trim(dimension_value), '') as system,
        lower(trim(comparison)) as comparison,
        threshold,
        severity,
        nullif(trim(owner), '') as owner
    from {{ ref('kpi_alert_rules') }}
    where coalesce(is_enabled, true)

),

-- A table is late by the rule, or where the rule names no days, by the limit of its contract.
watched_sources as (

    select
        rules_of_sources.*,
        sources.system as source_system,
        sources.source_table,
        sources.newest_row_date,
        sources.days_behind,
        sources.rejected_share,
        coalesce(rules_of_sources.threshold, sources.warn_after_days) as allowed_days
    from rules_of_sources
    inner join {{ ref('source_health') }} as sources
        on coalesce(rules_of_sources.system, sources.system) = sources.system

),

alerts_of_sources as (

    select
        rule_id || '|' || source_system || '.' || source_table as alert_name,
        rule_id,
        cast(null as {{ dbt.type_string() }}) as kpi,
        cast(null as {{ dbt.type_string() }}) as period_grain,
        'source_table' as dimension,
        source_system || '.' || source_table as dimension_value,
        cast(null as date) as period_start_date,
        cast(null as {{ dbt.type_string() }}) as period_label,
        comparison,
        severity,
        owner,
        case comparison when 'source_stale' then days_behind else rejected_share end as value,
        case comparison when 'source_stale' then allowed_days else threshold end as expected_value,
        source_system || '.' || source_table || case comparison
            when 'source_stale'
                then
                    ' stands still: its newest row is of ' || {{ as_text('newest_row_date') }}
                    || ', ' || {{ formatted_number('days_behind', 0) }} || ' days before '
                    || {{ as_text(as_of_date()) }} || ' ('
                    || {{ formatted_number('allowed_days', 0) }} || ' are allowed).'
            else
                ': ' || {{ formatted_number('rejected_share * 100', 1) }}
                || ' % of its rows were rejected, more than '
                || {{ formatted_number('threshold * 100', 1) }} || ' %.'
        end as sentence,
        case comparison
            when 'source_stale'
                then {{ add_days('newest_row_date', 'cast(floor(allowed_days) as integer) + 1') }}
            else {{ as_of_date() }}
        end as first_seen_date,
        {{ as_of_date() }} as last_seen_date,
        cast(null as date) as cleared_date
    from watched_sources
    where
        (comparison = 'source_stale' and days_behind > allowed_days)
        or (comparison = 'rejected_share_above' and rejected_share > threshold)

),

alerts as (

    select * from alerts_of_kpis
    union all
    select * from alerts_of_sources

),

kpi_alerts as (

    select
        md5(alert_name) as fingerprint,
        rule_id,
        kpi,
        period_grain,
        dimension,
        dimension_value,
        period_start_date,
        period_label,
        comparison,
        severity,
        owner,
        cast(value as double) as value,
        cast(expected_value as double) as expected_value,
        sentence || case when owner is null then '' else ' Owner: ' || owner || '.' end as sentence,
        first_seen_date,
        last_seen_date,
        cleared_date,
        cleared_date is null as is_active
    from alerts

)

select * from kpi_alerts
