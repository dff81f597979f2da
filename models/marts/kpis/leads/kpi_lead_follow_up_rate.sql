with

{{ created_leads(numerator='cast(is_followed_up as int)') }}

{{ kpi_rollup('created_leads') }}
