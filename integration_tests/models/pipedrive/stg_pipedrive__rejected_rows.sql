{{ sales_kpis.rejected_rows_of('pipedrive') }}
