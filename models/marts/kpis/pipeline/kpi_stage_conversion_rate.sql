with

-- A deal that is still in a stage may yet go on, so it is in neither part of the ratio.
{{ left_stages(kpi_date='entered_date', team='team', numerator='cast(went_on as int)') }}

{{ kpi_rollup('left_stages', facts_by_dimension={'product_line': 'left_stages_by_product_line'}) }}
