{{ rejected_rows_of('tabular') }}
