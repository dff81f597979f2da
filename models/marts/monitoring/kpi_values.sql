-- depends_on: {{ ref('kpi_tables') }}
with

catalog as (

    select
        kpi,
        family,
        direction,
        is_additive
    from {{ ref('kpi_catalog') }}

),

periods as (

    select
        period_grain,
        period_start_date,
        year_ago_period_start_date
    from {{ ref('dim_periods') }}

),

reps as (

    select
        rep_id,
        rep_name
    from {{ ref('dim_reps') }}

),

products as (

    select
        product_id,
        product_name
    from {{ ref('dim_products') }}

),

targets as (

    select
        kpi,
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        target_value
    from {{ ref('kpi_targets') }}

),

kpi_rows as (

    {% for kpi in kpis_of_project() -%}
    select
        '{{ kpi.id }}' as kpi,
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        period_end_date,
        is_period_complete,
        numerator,
        denominator,
        value,
        {{ kpi.get('sample', 'null') }} as sample_size
    from {{ kpi.relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

kpi_rows_with_comparison as (

    select
        kpi_rows.*,
        catalog.family,
        catalog.direction,
        case
            when catalog.is_additive
                then {{ safe_ratio('kpi_rows.value', "max(case when kpi_rows.dimension = 'total' then kpi_rows.value end) over (partition by kpi_rows.kpi, kpi_rows.period_grain, kpi_rows.period_start_date)") }}
        end as share_of_total,
        -- A slice has a row for every period from its first to its last, so the row before is the period before.
        lag(kpi_rows.value) over (
            partition by kpi_rows.kpi, kpi_rows.period_grain, kpi_rows.dimension, kpi_rows.dimension_value
            order by kpi_rows.period_start_date
        ) as previous_value,
        year_ago_rows.value as year_ago_value
    from kpi_rows
    inner join catalog
        on kpi_rows.kpi = catalog.kpi
    inner join periods
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
        kpi_rows_with_comparison.kpi,
        kpi_rows_with_comparison.family,
        kpi_rows_with_comparison.period_grain,
        kpi_rows_with_comparison.period_start_date,
        kpi_rows_with_comparison.dimension,
        kpi_rows_with_comparison.dimension_value,
        case kpi_rows_with_comparison.dimension
            when 'rep' then coalesce(reps.rep_name, kpi_rows_with_comparison.dimension_value)
            when 'product' then coalesce(products.product_name, kpi_rows_with_comparison.dimension_value)
            when 'campaign' then {{ replace_matches('kpi_rows_with_comparison.dimension_value', '^[a-z_]+:', '') }}
            else kpi_rows_with_comparison.dimension_value
        end as dimension_label,
        kpi_rows_with_comparison.period_end_date,
        kpi_rows_with_comparison.is_period_complete,
        kpi_rows_with_comparison.numerator,
        kpi_rows_with_comparison.denominator,
        kpi_rows_with_comparison.value,
        kpi_rows_with_comparison.share_of_total,
        kpi_rows_with_comparison.previous_value,
        kpi_rows_with_comparison.value - kpi_rows_with_comparison.previous_value as change,
        {{ safe_ratio('kpi_rows_with_comparison.value - kpi_rows_with_comparison.previous_value', 'abs(kpi_rows_with_comparison.previous_value)') }} as change_ratio,
        kpi_rows_with_comparison.year_ago_value,
        {{ safe_ratio('kpi_rows_with_comparison.value - kpi_rows_with_comparison.year_ago_value', 'abs(kpi_rows_with_comparison.year_ago_value)') }} as yoy_ratio,
        targets.target_value,
        {{ safe_ratio('kpi_rows_with_comparison.value', 'targets.target_value') }} as attainment_ratio,
        case
            when targets.target_value is null or kpi_rows_with_comparison.value is null then null
            when kpi_rows_with_comparison.direction = 'higher' and kpi_rows_with_comparison.value >= targets.target_value then 'met'
            when kpi_rows_with_comparison.direction = 'lower' and kpi_rows_with_comparison.value <= targets.target_value
                then case when kpi_rows_with_comparison.is_period_complete then 'met' else 'open' end
            when kpi_rows_with_comparison.is_period_complete then 'missed'
            else 'open'
        end as status,
        coalesce(kpi_rows_with_comparison.sample_size < {{ var('min_sample_size') }}, false) as is_small_sample
    from kpi_rows_with_comparison
    left join reps
        on
            kpi_rows_with_comparison.dimension = 'rep'
            and kpi_rows_with_comparison.dimension_value = reps.rep_id
    left join products
        on
            kpi_rows_with_comparison.dimension = 'product'
            and kpi_rows_with_comparison.dimension_value = products.product_id
    left join targets
        on
            kpi_rows_with_comparison.kpi = targets.kpi
            and kpi_rows_with_comparison.period_grain = targets.period_grain
            and kpi_rows_with_comparison.period_start_date = targets.period_start_date
            and kpi_rows_with_comparison.dimension = targets.dimension
            and kpi_rows_with_comparison.dimension_value = targets.dimension_value

)

select * from kpi_values
