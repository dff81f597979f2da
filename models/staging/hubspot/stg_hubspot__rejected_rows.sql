{{ rejected_rows_of('hubspot') }}
