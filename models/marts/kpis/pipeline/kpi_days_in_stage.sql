with

{{ left_stages(
    kpi_date='left_date', team='left_team', numerator='days_in_stage'
) }}

{{ kpi_rollup('left_stages', facts_by_dimension={'product_line': 'left_stages_by_product_line'}) }}
