-- DuckDB enforces the primary keys of the contracts; other engines only note them, so one query
-- holds for all of them.
{% for model in [
    'dim_dates', 'dim_periods', 'dim_accounts', 'dim_reps', 'dim_products', 'dim_territories',
    'dim_account_territories', 'bridge_deal_accounts', 'fct_deal_stage_visits',
    'fct_pipeline_snapshots', 'fct_pipeline_snapshot_product_lines', 'fct_subscriptions',
    'fct_customer_stretches', 'fct_customer_months',
    'dim_lead_sources', 'fct_deals', 'fct_deal_line_items', 'fct_deal_product_lines', 'fct_leads',
    'dim_people', 'dim_campaigns', 'dim_email_campaigns', 'dim_content', 'bridge_identities',
    'bridge_deal_people', 'fct_activities', 'fct_deal_outreach', 'fct_lead_rules',
    'fct_email_messages', 'fct_web_sessions', 'fct_web_conversions', 'fct_content_touches',
    'fct_marketing_touches', 'fct_lifecycle_events', 'fct_survey_responses',
    'kpi_catalog', 'kpi_values', 'source_reconciliation'
] -%}
{% set relation = ref(model) -%}
{% set key = primary_key_of(model) -%}
select
    '{{ model }}' as mart,
    concat_ws(
        ', '{% for column in key %},
        cast({{ column }} as {{ dbt.type_string() }})
        {%- endfor %}
    ) as mart_key,
    'expected one row per key, found ' || count(*) as message
from {{ relation }}
group by {{ key | join(', ') }}
having
    count(*) > 1
    {% for column in key -%}
    or {{ column }} is null
    {% endfor -%}
{{ 'union all' if not loop.last }}
{% endfor %}
