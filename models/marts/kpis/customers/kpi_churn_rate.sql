with

{{ losses_over_start(is_loss="change_type = 'churned'", loss='1', at_start='1') }}

{{ kpi_rollup('losses_and_start') }}
