{{ source_counts_of('salesforce', {
    'account': ref('stg_salesforce__accounts'),
    'contact': ref('stg_salesforce__people'),
    'lead': ref('stg_salesforce__leads'),
    'opportunity': ref('stg_salesforce__deals'),
    'opportunity_stage': ref('stg_salesforce__deal_stages'),
    'opportunity_field_history': ref('stg_salesforce__deal_history'),
    'opportunity_line_item': ref('stg_salesforce__deal_line_items'),
    'product_2': ref('stg_salesforce__products'),
    'user': ref('stg_salesforce__reps'),
    'user_role': ref('stg_salesforce__user_roles'),
}) }}
