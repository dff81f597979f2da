with

slice_sums as (

    select
        kpi_values.kpi,
        kpi_values.period_grain,
        kpi_values.period_start_date,
        kpi_values.dimension,
        sum(kpi_values.numerator) as numerator
    from {{ ref('kpi_values') }} as kpi_values
    inner join {{ ref('kpi_catalog') }} as kpi_catalog
        on kpi_values.kpi = kpi_catalog.kpi
    where kpi_catalog.is_additive
    group by
        kpi_values.kpi,
        kpi_values.period_grain,
        kpi_values.period_start_date,
        kpi_values.dimension

),

differences as (

    select
        slice_sums.kpi,
        slice_sums.period_grain,
        slice_sums.period_start_date,
        slice_sums.dimension,
        slice_sums.numerator,
        totals.numerator as total
    from slice_sums
    inner join slice_sums as totals
        on
            slice_sums.kpi = totals.kpi
            and slice_sums.period_grain = totals.period_grain
            and slice_sums.period_start_date = totals.period_start_date
    where totals.dimension = 'total' and slice_sums.numerator <> totals.numerator

)

select
    kpi,
    period_grain,
    period_start_date,
    dimension,
    'expected the slices by ' || dimension || ' to add up to ' || total
    || ', found ' || numerator as message
from differences
