with

objectives as (

    select
        objectives.objective_id,
        objectives.target_value,
        objectives.due_date,
        objectives.kpi,
        objectives.period_grain,
        coalesce(nullif(trim(objectives.dimension), ''), 'total') as dimension,
        kpi_catalog.kpi as known_kpi,
        '|total|' || kpi_catalog.dimensions || '|' as known_dimensions,
        '|' || kpi_catalog.grains || '|' as known_grains
    from {{ ref('objectives') }} as objectives
    left join {{ ref('kpi_catalog') }} as kpi_catalog
        on objectives.kpi = kpi_catalog.kpi

),

judged_objectives as (

    select
        objective_id,
        case
            when known_kpi is null then 'the id of a KPI, found ' || coalesce(kpi, 'nothing')
            when coalesce(position('|' || period_grain || '|' in known_grains), 0) = 0
                then 'a grain of the KPI, found ' || coalesce(period_grain, 'nothing')
            when position('|' || dimension || '|' in known_dimensions) = 0
                then 'a dimension of the KPI, found ' || dimension
            when target_value is null then 'a target, found nothing'
            when due_date is null then 'a day by which it is due, found nothing'
        end as fault
    from objectives

)

select
    objective_id,
    'expected ' || fault || ': correct the seed objectives' as message
from judged_objectives
where fault is not null
