with

{{ customers_at_start(numerator='mrr_at_end', denominator='mrr_at_start') }}

{{ kpi_rollup('customers_at_start') }}
