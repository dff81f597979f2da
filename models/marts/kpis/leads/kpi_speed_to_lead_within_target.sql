with

{{ created_leads(numerator='cast(is_reached_in_time as int)') }}

{{ kpi_rollup('created_leads') }}
