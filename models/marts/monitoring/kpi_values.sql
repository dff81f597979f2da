-- depends_on: {{ ref('kpi_tables') }}
with

kpi_rows as (

    {{ union_of_kpis() }}

),

labels as (

    select 'rep' as dimension, rep_id as dimension_value, rep_name as label from {{ ref('dim_reps') }}
    union all
    select 'product' as dimension, product_id as dimension_value, product_name as label
    from {{ ref('dim_products') }}

),

kpi_rows_with_comparison as (

    select
        kpi_rows.*,
        max(case when kpi_rows.dimension = 'total' then kpi_rows.value end) over (
            partition by kpi_rows.kpi, kpi_rows.period_grain, kpi_rows.period_start_date
        ) as total_value,
        -- A slice has a row for every period from its first on: the row before is the period before.
        lag(kpi_rows.value) over (
            partition by
                kpi_rows.kpi, kpi_rows.period_grain, kpi_rows.dimension, kpi_rows.dimension_value
            order by kpi_rows.period_start_date
        ) as previous_value,
        year_ago_rows.value as year_ago_value
    from kpi_rows
    inner join {{ ref('dim_periods') }} as periods
        on
            kpi_rows.period_grain = periods.period_grain
            and kpi_rows.period_start_date = periods.period_start_date
    left join kpi_rows as year_ago_rows
        on
            kpi_rows.kpi = year_ago_rows.kpi
            and kpi_rows.period_grain = year_ago_rows.period_grain
            and kpi_rows.dimension = year_ago_rows.dimension
            and kpi_rows.dimension_value = year_ago_rows.dimension_value
            and periods.year_ago_period_start_date = year_ago_rows.period_start_date

),

kpi_values as (

    select
        compared.kpi,
        compared.family,
        compared.period_grain,
        compared.period_start_date,
        compared.dimension,
        compared.dimension_value,
        case
            when compared.dimension = 'campaign'
                then {{ replace_matches('compared.dimension_value', '^[a-z_]+:', '') }}
            else coalesce(labels.label, compared.dimension_value)
        end as dimension_label,
        compared.period_end_date,
        compared.is_period_complete,
        compared.numerator,
        compared.denominator,
        compared.value,
        case when compared.is_additive then {{ safe_ratio('compared.value', 'compared.total_value') }} end
            as share_of_total,
        compared.previous_value,
        compared.value - compared.previous_value as change,
        {{ safe_ratio('compared.value - compared.previous_value', 'abs(compared.previous_value)') }} as change_ratio,
        compared.year_ago_value,
        {{ safe_ratio('compared.value - compared.year_ago_value', 'abs(compared.year_ago_value)') }} as yoy_ratio,
        targets.target_value,
        {{ safe_ratio('compared.value', 'targets.target_value') }} as attainment_ratio,
        {{ target_status('compared.value', 'targets.target_value', 'compared.direction', 'compared.is_period_complete') }}
            as status,
        coalesce(compared.sample_size < {{ var('min_sample_size') }}, false) as is_small_sample
    from kpi_rows_with_comparison as compared
    left join labels
        on
            compared.dimension = labels.dimension
            and compared.dimension_value = labels.dimension_value
    left join {{ ref('kpi_targets') }} as targets
        on
            compared.kpi = targets.kpi
            and compared.period_grain = targets.period_grain
            and compared.period_start_date = targets.period_start_date
            and compared.dimension = targets.dimension
            and compared.dimension_value = targets.dimension_value

)

select * from kpi_values
