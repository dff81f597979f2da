with

-- Open deals are no evidence of winning or losing, so they are in neither part of the ratio.
{{ closed_deals(numerator='cast(is_won as int)', denominator='1') }}

{{ kpi_rollup(
    'closed_deals',
    facts_by_dimension={'product_line': 'closed_deals_by_product_line'}
) }}
