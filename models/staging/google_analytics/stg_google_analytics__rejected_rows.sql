{{ rejected_rows_of('google_analytics') }}
