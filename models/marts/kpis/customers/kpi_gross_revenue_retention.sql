with

{{ customers_at_start(numerator='least(mrr_at_end, mrr_at_start)', denominator='mrr_at_start') }}

{{ kpi_rollup('customers_at_start') }}
