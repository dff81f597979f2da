with

-- Every fall counts, also of a customer that grew before.
{{ losses_over_start(
    is_loss='mrr_after < mrr_before', loss='mrr_before - mrr_after', at_start='mrr_at_start'
) }}

{{ kpi_rollup('losses_and_start') }}
