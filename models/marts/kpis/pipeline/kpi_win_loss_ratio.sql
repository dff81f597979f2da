with

{{ closed_deals(numerator='cast(is_won as int)', denominator='cast(is_lost as int)') }}

{{ kpi_rollup(
    'closed_deals',
    facts_by_dimension={'product_line': 'closed_deals_by_product_line'}
) }}
