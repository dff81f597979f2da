{#
    The inputs of a KPI, as `inputs` of its YAML names them: a seed, a table, or a column of one that not every system
    gives (`deals.competitor`). Each is where its rows can be found once they are built, and which rows tell something. An
    input without such a row is not connected: what is made of it is unknown, not 0. A company without an open deal today
    may have had some. Source: docs/kpis.md, Unknown is not zero.
#}
{% macro inputs_of_kpis() %}
    {{ return({
        'deals': {'model': 'int_deals__delivered', 'where': 'true'},
        'deals.amount': {'model': 'int_deals__delivered', 'where': 'amount is not null'},
        'deals.competitor': {'model': 'int_deals__delivered', 'where': 'competitor is not null'},
        'deals.amount of open deals': {'model': 'int_deals__delivered', 'where': 'amount is not null and (not is_closed or (select count(*) from {relation} where not is_closed) = 0)'},
        'stages.probability': {'model': 'int_deals__stages', 'where': 'probability is not null'},
        'deal_line_items.list_price': {'model': 'fct_deal_line_items', 'where': 'list_amount is not null'},
        'products.launched_on': {'model': 'int_products__resolved', 'where': 'launched_on is not null'},
        'deals_or_subscriptions': {'model': 'int_customers__spans', 'where': 'true'},
        'leads': {'model': 'fct_leads', 'where': 'true'},
        'activities': {'model': 'int_activities__resolved', 'where': 'true'},
        'activities.outcome of calls': {'model': 'int_activities__resolved', 'where': "activity_type = 'call' and outcome is not null"},
        'activities.outcome of meetings': {'model': 'int_activities__resolved', 'where': "activity_type = 'meeting' and outcome is not null"},
        'email_messages': {'model': 'fct_email_messages', 'where': 'true'},
        'email_messages.replies': {'model': 'fct_email_messages', 'where': "is_replied or system <> 'mailchimp'"},
        'survey_responses': {'model': 'fct_survey_responses', 'where': 'true'},
        'lifecycle_events': {'model': 'fct_lifecycle_events', 'where': 'true'},
        'registrations': {'model': 'fct_registrations', 'where': 'true'},
        'registrations.activation': {'model': 'fct_registrations', 'where': 'activated_date is not null'},
        'web_sessions': {'model': 'fct_web_sessions', 'where': 'true'},
        'content_touches': {'model': 'fct_content_touches', 'where': 'true'},
        'commission_plans': {'model': 'commission_plans', 'where': 'true'},
        'lead_rules': {'model': 'lead_rules', 'where': "lower(trim(rule_set)) = 'fit'"},
        'marketing_costs': {'model': 'marketing_costs', 'where': 'true'},
        'market_sizes': {'model': 'market_sizes', 'where': 'true'},
        'quotas': {'model': 'quotas', 'where': 'true'},
        'selling_costs': {'model': 'selling_costs', 'where': 'true'},
    }) }}
{% endmacro %}

{# The inputs of the KPI being built, as its YAML lists them; a unit test has none. #}
{% macro kpi_inputs() %}
    {{ return((model.get('config', {}).get('meta', {}) or {}).get('kpi', {}).get('inputs', []) if execute else []) }}
{% endmacro %}

{# Where the rows of an input stand: `from` and `where` of a query. #}
{% macro rows_of_input(name) -%}
    {%- set input = sales_kpis.inputs_of_kpis().get(name) -%}
    {%- if input is none -%}
        {{ exceptions.raise_compiler_error("No KPI can have the input '" ~ name ~ "': use one of " ~ sales_kpis.inputs_of_kpis().keys() | join(', ') ~ ', or add it to macros/kpis/kpi_inputs.sql.') }}
    {%- endif -%}
    {%- set found = sales_kpis.node_named(input.model) -%}
    {%- set relation = sales_kpis.relation_of_node(found) -%}
from {{ relation }} where {{ input.where | replace('{relation}', relation) }}
{%- endmacro %}

{# Whether an input is connected, in a filter. Its relation is upstream of every KPI that names the input. #}
{% macro is_input_connected(name) -%}
exists (select 1 {{ sales_kpis.rows_of_input(name) }})
{%- endmacro %}

{# Whether it is not, as a column: Spark takes `exists` in a filter only. #}
{% macro is_input_unconnected(name) -%}
(select count(*) = 0 {{ sales_kpis.rows_of_input(name) }})
{%- endmacro %}

{# The condition that a KPI has rows at all. #}
{% macro where_inputs_are_connected() -%}
    {%- for name in sales_kpis.kpi_inputs() -%}
        {{ 'where ' if loop.first else '\n        and ' }}{{ sales_kpis.is_input_connected(name) }}
    {%- endfor -%}
{%- endmacro %}

{# The inputs of a KPI that are not connected, in words, for the catalog; a column is not named beside its whole table. #}
{% macro not_connected_inputs(inputs) -%}
    {%- if not inputs -%}cast(null as {{ dbt.type_string() }}){%- else -%}
'not connected: ' || nullif(concat_ws(', '
        {%- for name in inputs -%}
        , case
            {%- set table = name.split('.')[0] %}
            {%- if table != name and table in inputs %} when {{ sales_kpis.is_unconnected_column(table) }} then null{% endif %}
            when {{ sales_kpis.is_unconnected_column(name) }} then '{{ name }}'
        end
        {%- endfor -%}
        ), '')
    {%- endif -%}
{%- endmacro %}

{% macro is_unconnected_column(name) -%}
unconnected_inputs.{{ name | replace('.', '__') | replace(' ', '_') }}
{%- endmacro %}
