{{ sales_kpis.source_counts_of('pipedrive', {'product': ref('stg_pipedrive__products')}) }}
