{% set grains = "('" ~ period_grains() | join("', '") ~ "')" -%}
with

rules as (

    select
        kpi_alert_rules.rule_id,
        kpi_alert_rules.threshold,
        lower(trim(kpi_alert_rules.comparison)) as comparison,
        nullif(trim(kpi_alert_rules.kpi), '') as kpi,
        nullif(trim(kpi_alert_rules.period_grain), '') as period_grain,
        coalesce(nullif(trim(kpi_alert_rules.dimension), ''), 'total') as dimension,
        kpi_catalog.kpi as known_kpi,
        '|total|' || kpi_catalog.dimensions || '|' as known_dimensions,
        '|' || kpi_catalog.grains || '|' as known_grains
    from {{ ref('kpi_alert_rules') }} as kpi_alert_rules
    left join {{ ref('kpi_catalog') }} as kpi_catalog
        on nullif(trim(kpi_alert_rules.kpi), '') = kpi_catalog.kpi

),

judged_rules as (

    select
        rule_id,
        case
            when comparison in ('source_stale', 'rejected_share_above')
                then
                    case
                        when kpi is not null
                            then 'a rule about sources without a KPI, found ' || kpi
                        when comparison = 'rejected_share_above' and threshold is null
                            then 'a threshold, found nothing'
                    end
            when
                comparison is null
                or comparison not in (
                    'below', 'above', 'change_below', 'change_above', 'year_change_below',
                    'year_change_above', 'outside_history', 'target_missed'
                )
                then 'a comparison of docs/alerts.md, found ' || coalesce(comparison, 'nothing')
            when kpi is not null and known_kpi is null then 'the id of a KPI, found ' || kpi
            when kpi is null and comparison not in ('outside_history', 'target_missed')
                then 'the id of a KPI, found nothing'
            when not coalesce(period_grain in {{ grains }}, false)
                then 'a grain, found ' || coalesce(period_grain, 'nothing')
            when position('|' || period_grain || '|' in known_grains) = 0
                then 'a grain of the KPI, found ' || period_grain
            when position('|' || dimension || '|' in known_dimensions) = 0
                then 'a dimension of the KPI, found ' || dimension
            when threshold is null and comparison <> 'target_missed'
                then 'a threshold, found nothing'
        end as fault
    from rules

)

select
    rule_id,
    'expected ' || fault || ': correct the seed kpi_alert_rules' as message
from judged_rules
where fault is not null
