{{ rejected_rows_of('salesforce') }}
