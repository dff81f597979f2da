select
    products.period_grain,
    products.period_start_date,
    'expected the revenue of all products to be ' || revenue.numerator
    || ', found ' || products.numerator as message
from {{ ref('kpi_revenue_by_product') }} as products
full outer join {{ ref('kpi_total_revenue') }} as revenue
    on
        products.period_grain = revenue.period_grain
        and products.period_start_date = revenue.period_start_date
        and products.dimension = revenue.dimension
        and products.dimension_value = revenue.dimension_value
where
    coalesce(products.dimension, revenue.dimension) = 'total'
    and coalesce(products.numerator, 0) <> coalesce(revenue.numerator, 0)
