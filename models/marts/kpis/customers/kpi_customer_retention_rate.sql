with

{{ customers_at_start(numerator='cast(is_active_at_end as int)', denominator='1') }}

{{ kpi_rollup('customers_at_start') }}
