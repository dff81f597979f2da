select
    kpi,
    period_grain,
    period_start_date,
    comparison,
    dimension,
    'expected the contributions by ' || dimension || ' to add up to ' || max(change)
    || ', found ' || sum(contribution) as message
from {{ ref('kpi_drivers') }}
group by kpi, period_grain, period_start_date, comparison, dimension
having abs(sum(contribution) - max(change)) > 0.000001 * greatest(1, max(abs(change)))
