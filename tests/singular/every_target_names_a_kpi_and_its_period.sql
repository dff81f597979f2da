with

targets as (

    select
        kpi_targets.kpi,
        kpi_targets.period_grain,
        kpi_targets.period_start_date,
        kpi_targets.dimension,
        kpi_catalog.kpi is not null as is_kpi_known,
        position('|' || kpi_targets.dimension || '|' in '|total|' || kpi_catalog.dimensions || '|')
        > 0 as is_dimension_known,
        case kpi_targets.period_grain
            {% for grain in period_grains() -%}
            when '{{ grain }}' then {{ period_start(grain, 'kpi_targets.period_start_date') }}
            {% endfor %}
        end as start_of_period
    from {{ ref('kpi_targets') }} as kpi_targets
    left join {{ ref('kpi_catalog') }} as kpi_catalog
        on kpi_targets.kpi = kpi_catalog.kpi

)

select
    kpi,
    period_grain,
    period_start_date,
    dimension,
    case
        when not is_kpi_known
            then 'expected the id of a KPI, found ' || coalesce(kpi, 'nothing')
        when not is_dimension_known
            then 'expected a dimension of the KPI, found ' || coalesce(dimension, 'nothing')
        else
            'expected the first day of a ' || coalesce(period_grain, 'known grain') || ', found '
            || coalesce(cast(period_start_date as {{ dbt.type_string() }}), 'nothing')
    end || ': correct the seed kpi_targets' as message
from targets
where
    not is_kpi_known
    or not coalesce(is_dimension_known, false)
    or start_of_period is null
    or start_of_period <> period_start_date
