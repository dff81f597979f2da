with

{{ closed_deals(
    numerator='case when is_won then amount else 0 end', denominator='amount', is_count=false
) }}

{{ kpi_rollup(
    'closed_deals',
    facts_by_dimension={'product_line': 'closed_deals_by_product_line'}
) }}
