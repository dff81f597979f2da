with

objectives as (

    select
        objective_id,
        objective,
        question,
        kpi,
        period_grain,
        coalesce(nullif(trim(dimension), ''), 'total') as dimension,
        coalesce(nullif(trim(dimension_value), ''), 'total') as dimension_value,
        baseline_value,
        target_value,
        due_date,
        nullif(trim(owner), '') as owner
    from {{ ref('objectives') }}

),

-- The newest period that was complete by the due date counts.
measured_objectives as (

    select
        objectives.*,
        kpi_values.period_start_date,
        kpi_values.value,
        kpi_values.is_small_sample,
        row_number() over (
            partition by
                objectives.objective_id,
                objectives.kpi,
                objectives.period_grain,
                objectives.dimension,
                objectives.dimension_value
            order by kpi_values.period_start_date desc
        ) as periods_back
    from objectives
    left join {{ ref('kpi_values') }} as kpi_values
        on
            objectives.kpi = kpi_values.kpi
            and objectives.period_grain = kpi_values.period_grain
            and objectives.dimension = kpi_values.dimension
            and objectives.dimension_value = kpi_values.dimension_value
            and objectives.due_date >= kpi_values.period_end_date
            and kpi_values.is_period_complete

),

-- The way from the baseline to the target says which direction is wanted; without one, the KPI.
directed_objectives as (

    select
        measured_objectives.*,
        periods.period_label,
        coalesce(measured_objectives.owner, kpi_catalog.owner) as owner_of_objective,
        case
            when measured_objectives.target_value > measured_objectives.baseline_value then 1
            when measured_objectives.target_value < measured_objectives.baseline_value then -1
            when kpi_catalog.direction = 'lower' then -1
            else 1
        end as wanted_direction
    from measured_objectives
    inner join {{ ref('kpi_catalog') }} as kpi_catalog
        on measured_objectives.kpi = kpi_catalog.kpi
    left join {{ ref('dim_periods') }} as periods
        on
            measured_objectives.period_grain = periods.period_grain
            and measured_objectives.period_start_date = periods.period_start_date
    where measured_objectives.periods_back = 1

),

kpi_objectives as (

    select
        objective_id,
        objective,
        question,
        kpi,
        period_grain,
        dimension,
        dimension_value,
        owner_of_objective as owner,
        baseline_value,
        target_value,
        due_date,
        cast({{ days_between(as_of_date(), 'due_date') }} as bigint) as days_left,
        period_start_date,
        period_label,
        value,
        {{ safe_ratio('value - baseline_value', 'target_value - baseline_value') }}
            as progress_ratio,
        case
            when wanted_direction * value >= wanted_direction * target_value then 'reached'
            when due_date > {{ as_of_date() }} then 'open'
            else 'missed'
        end as status,
        coalesce(is_small_sample, false) as is_small_sample
    from directed_objectives

)

select * from kpi_objectives
