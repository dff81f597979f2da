with

kpi_rows as (

    {{ union_of_kpis() }}

),

compared_rows as (

    select
        kpi_rows.*,
        max(case when kpi_rows.dimension = 'total' then kpi_rows.value end) over (
            partition by kpi_rows.kpi, kpi_rows.period_grain, kpi_rows.period_start_date
        ) as total_value,
        -- A slice has a row for every period from its first on, so the row before is the last one.
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
        compared_rows.kpi,
        compared_rows.family,
        compared_rows.period_grain,
        compared_rows.period_start_date,
        compared_rows.dimension,
        compared_rows.dimension_value,
        coalesce(
            reps.rep_name, products.product_name, campaigns.campaign_name,
            compared_rows.dimension_value
        ) as dimension_label,
        compared_rows.period_end_date,
        compared_rows.is_period_complete,
        compared_rows.numerator,
        compared_rows.denominator,
        compared_rows.value,
        case
            when compared_rows.is_additive
                then {{ safe_ratio('compared_rows.value', 'compared_rows.total_value') }}
        end as share_of_total,
        compared_rows.previous_value,
        -- A part of a period is not compared with a whole one.
        case
            when compared_rows.is_period_complete
                then compared_rows.value - compared_rows.previous_value
        end as change,
        case
            when compared_rows.is_period_complete
                then
                    {{ safe_ratio('compared_rows.value - compared_rows.previous_value',
                        'abs(compared_rows.previous_value)') }}
        end as change_ratio,
        compared_rows.year_ago_value,
        case
            when compared_rows.is_period_complete
                then
                    {{ safe_ratio('compared_rows.value - compared_rows.year_ago_value',
                        'abs(compared_rows.year_ago_value)') }}
        end as yoy_ratio,
        targets.target_value,
        {{ safe_ratio('compared_rows.value', 'targets.target_value') }} as attainment_ratio,
        {{ target_status(
            'compared_rows.value', 'targets.target_value',
            'compared_rows.direction', 'compared_rows.is_period_complete'
        ) }} as status,
        coalesce(compared_rows.sample_size < {{ var('min_sample_size') }}, false) as is_small_sample
    from compared_rows
    left join {{ ref('dim_reps') }} as reps
        on
            compared_rows.dimension = 'rep'
            and compared_rows.dimension_value = reps.rep_id
    left join {{ ref('dim_products') }} as products
        on
            compared_rows.dimension = 'product'
            and compared_rows.dimension_value = products.product_id
    left join {{ ref('dim_campaigns') }} as campaigns
        on
            {{ names_a_campaign('compared_rows.dimension') }}
            and compared_rows.dimension_value = campaigns.campaign_id
    left join {{ ref('kpi_targets') }} as targets
        on
            compared_rows.kpi = targets.kpi
            and compared_rows.period_grain = targets.period_grain
            and compared_rows.period_start_date = targets.period_start_date
            and compared_rows.dimension = targets.dimension
            and compared_rows.dimension_value = targets.dimension_value

)

select * from kpi_values
