-- One row per KPI and month: its total beside target and year before.
select
    kpi_values.kpi,
    kpi_catalog.title,
    kpi_catalog.display_unit,
    kpi_values.period_start_date,
    periods.period_label,
    periods.relative_period,
    kpi_values.is_period_complete,
    kpi_values.value,
    kpi_values.previous_value,
    kpi_values.year_ago_value,
    kpi_values.target_value
from monitoring.kpi_values
inner join monitoring.kpi_catalog using (kpi)
inner join core.dim_periods as periods using (period_grain, period_start_date)
where period_grain = 'month' and dimension = 'total'
order by kpi, period_start_date
