-- One row per KPI and slice of the newest complete quarter.
select
    kpi_values.kpi,
    kpi_values.dimension,
    kpi_values.dimension_label,
    periods.period_label,
    kpi_values.value,
    kpi_values.share_of_total,
    kpi_values.is_small_sample
from monitoring.kpi_values
inner join core.dim_periods as periods using (period_grain, period_start_date)
where
    period_grain = 'quarter'
    and relative_period = 'last complete'
    and dimension != 'total'
order by kpi, dimension, value desc
