{# Stops a run whose settings cannot be right, with one sentence on each, before anything is built. #}
{% macro check_settings() %}
    {%- if execute -%}
        {%- set errors = [] -%}
        {%- if not modules.re.match('^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$', var('as_of_date') | string) -%}
            {%- do errors.append("The variable as_of_date is a day such as 2025-09-17, not '" ~ var('as_of_date') ~ "'.") -%}
        {%- endif -%}
        {%- if not modules.re.match('^[A-Z]{3}$', var('reporting_currency') | string) -%}
            {%- do errors.append("The variable reporting_currency is an ISO code such as EUR, not '" ~ var('reporting_currency') ~ "'.") -%}
        {%- endif -%}
        {%- if not modules.re.match('^[A-Za-z0-9_+/-]+$', var('reporting_time_zone') | string) -%}
            {%- do errors.append("The variable reporting_time_zone is an IANA name such as Europe/Amsterdam, not '" ~ var('reporting_time_zone') ~ "'.") -%}
        {%- endif -%}
        {%- if (var('fiscal_year_start_month') | int(0)) not in range(1, 13) -%}
            {%- do errors.append("The variable fiscal_year_start_month is a month from 1 to 12, not '" ~ var('fiscal_year_start_month') ~ "'.") -%}
        {%- endif -%}
        {%- set counts = [
            'conversion_window_days', 'new_product_months', 'zero_fill_days', 'min_sample_size', 'activation_window_days',
            'attribution_window_days', 'speed_to_lead_target_hours', 'prior_activity_days', 'event_lookback_days', 'churn_grace_days',
            'stale_system_days',
        ] -%}
        {%- for name in counts if (var(name) | int(-1)) < 0 -%}
            {%- do errors.append("The variable " ~ name ~ " is a whole number of 0 or more, not '" ~ var(name) ~ "'.") -%}
        {%- endfor -%}
        {%- for system, instances in (var('system_instances') or {}).items() -%}
            {%- if system not in sales_kpis.systems_in_use() -%}
                {%- do errors.append("The variable system_instances names the system '" ~ system ~ "', which the variable systems does not list: use one of " ~ sales_kpis.systems_in_use() | join(', ') ~ ".") -%}
            {%- endif -%}
            {%- for instance, schema in (instances or {}).items() if not modules.re.match('^[a-z][a-z0-9_]*$', instance | string) or not modules.re.match('^[A-Za-z_][A-Za-z0-9_]*$', schema | string) -%}
                {%- do errors.append("The variable system_instances names the instance '" ~ instance ~ "' of " ~ system ~ " with the schema '" ~ schema ~ "': both are plain names, such as emea and raw_salesforce_emea.") -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- if (var('contract_term_months') | int(0)) < 1 -%}
            {%- do errors.append("The variable contract_term_months is a whole number of 1 or more, not '" ~ var('contract_term_months') ~ "'.") -%}
        {%- endif -%}
        {%- if not 0 <= (var('gross_margin') | float(-1)) <= 1 -%}
            {%- do errors.append("The variable gross_margin is a part of one, such as 0.8, not '" ~ var('gross_margin') ~ "'.") -%}
        {%- endif -%}
        {%- if var('hubspot_lead_without_stage') not in (true, false) -%}
            {%- do errors.append("The variable hubspot_lead_without_stage is true or false, not '" ~ var('hubspot_lead_without_stage') ~ "'.") -%}
        {%- endif -%}
        {%- if var('subscription_end') not in ('auto', 'inclusive', 'exclusive') -%}
            {%- do errors.append("The variable subscription_end is auto, inclusive or exclusive, not '" ~ var('subscription_end') ~ "'.") -%}
        {%- endif -%}
        {%- set ga4_events = var('google_analytics_events') -%}
        {%- set ga4_names = [] -%}
        {%- for meaning in ga4_events -%}
            {%- if meaning not in ('lead_created', 'sign_up', 'activation') -%}
                {%- do errors.append("The variable google_analytics_events knows lead_created, sign_up and activation, not '" ~ meaning ~ "'.") -%}
            {%- endif -%}
            {%- if ga4_events[meaning] is string or ga4_events[meaning] is not iterable -%}
                {%- do errors.append("The variable google_analytics_events gives a list of event names for " ~ meaning ~ ", such as [generate_lead], not '" ~ ga4_events[meaning] ~ "'.") -%}
            {%- else -%}
                {%- for name in ga4_events[meaning] if name in ga4_names -%}
                    {%- do errors.append("The variable google_analytics_events has the event '" ~ name ~ "' twice: it can mean one thing.") -%}
                {%- endfor -%}
                {%- do ga4_names.extend(ga4_events[meaning]) -%}
            {%- endif -%}
        {%- endfor -%}
        {#- With a folder outside the project dbt writes its compiled files over the user's own. -#}
        {%- set seeds = env_var('SALES_KPIS_SEEDS', 'seeds') -%}
        {%- if seeds.startswith('/') or '..' in seeds or ':' in seeds -%}
            {%- do errors.append("SALES_KPIS_SEEDS is a folder inside the project, such as build/seeds, not '" ~ seeds ~ "': copy the folder there, or use `kpis run --seeds`, which does.") -%}
        {%- endif -%}
        {%- if errors -%}{{ exceptions.raise_compiler_error(errors | join(' ')) }}{%- endif -%}
        {%- do sales_kpis.require_pseudonym_salt() -%}
    {%- endif -%}
{% endmacro %}
