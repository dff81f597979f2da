select
    gross_retention.period_grain,
    gross_retention.period_start_date,
    gross_retention.dimension,
    gross_retention.dimension_value,
    'expected a gross retention of at most 1 and at most the net one of '
    || net_retention.numerator || ' / ' || net_retention.denominator || ', found '
    || gross_retention.numerator || ' / ' || gross_retention.denominator as message
from {{ ref('kpi_gross_revenue_retention') }} as gross_retention
left join {{ ref('kpi_net_revenue_retention') }} as net_retention
    on
        gross_retention.period_grain = net_retention.period_grain
        and gross_retention.period_start_date = net_retention.period_start_date
        and gross_retention.dimension = net_retention.dimension
        and gross_retention.dimension_value = net_retention.dimension_value
where
    gross_retention.numerator > gross_retention.denominator
    or gross_retention.numerator > net_retention.numerator
    or gross_retention.denominator <> net_retention.denominator
    or net_retention.period_grain is null
