select
    new_business.period_grain,
    new_business.period_start_date,
    'expected new and existing business to make ' || new_business.denominator
    || ', found ' || new_business.numerator || ' and ' || existing_business.numerator as message
from {{ ref('kpi_new_business_revenue_share') }} as new_business
inner join {{ ref('kpi_existing_customer_revenue_share') }} as existing_business
    on
        new_business.period_grain = existing_business.period_grain
        and new_business.period_start_date = existing_business.period_start_date
        and new_business.dimension = existing_business.dimension
        and new_business.dimension_value = existing_business.dimension_value
where new_business.numerator + existing_business.numerator <> new_business.denominator
