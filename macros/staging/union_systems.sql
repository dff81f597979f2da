{# Which entities each system has a staging model for; those of a project that has this one as a package are in own_systems. #}
{% macro entities_of_systems() %}{{ return(dict(sales_kpis.entities_of_our_systems(), **sales_kpis.setting('own_systems'))) }}{% endmacro %}

{# A new system adds its line here and its folder in models/staging/. #}
{% macro entities_of_our_systems() %}
    {{ return({
        'salesforce': [
            'accounts', 'people', 'leads', 'deals', 'deal_stages', 'deal_history', 'deal_line_items', 'deal_people', 'products', 'reps',
            'activities', 'campaigns', 'campaign_members', 'exchange_rates', 'owner_history',
        ],
        'hubspot': [
            'accounts', 'people', 'leads', 'deals', 'deal_stages', 'deal_history', 'deal_line_items', 'products', 'reps',
            'activities', 'activity_links', 'deal_accounts', 'deal_people', 'account_merges', 'person_merges', 'deal_merges',
            'email_campaigns', 'email_messages', 'email_events', 'form_submissions', 'survey_responses', 'owner_history',
        ],
        'tabular': [
            'accounts', 'people', 'leads', 'deals', 'deal_stages', 'deal_history', 'deal_line_items', 'products', 'reps',
            'activities', 'email_messages', 'email_events', 'web_sessions', 'web_events', 'lifecycle_events', 'subscriptions', 'survey_responses',
        ],
        'mailchimp': ['email_campaigns', 'email_messages', 'email_events'],
        'google_analytics': ['web_sessions', 'web_events'],
    }) }}
{% endmacro %}

{# The systems in use, in order of trust; stops when the variable names one that the project does not know. #}
{% macro systems_in_use() %}
    {%- set known = sales_kpis.entities_of_systems().keys() | list -%}
    {%- set stated = sales_kpis.setting('systems') -%}
    {%- set systems = [stated] if stated is string else stated or [] -%}
    {%- if not systems -%}{{ exceptions.raise_compiler_error("The variable systems is empty: name one or more of " ~ known | join(', ') ~ ".") }}{%- endif -%}
    {%- for system in systems if system not in known -%}
        {{ exceptions.raise_compiler_error("The variable systems names '" ~ system ~ "', which the project does not know: use " ~ known | join(', ') ~ ".") }}
    {%- endfor -%}
    {{ return(systems) }}
{% endmacro %}

{#
    One entity from every system in use: the columns that the YAML of its model `int_<entity>__united` names, in their types,
    and `system_order`, the place of the system in the variable `systems`. That YAML is the contract: a staging model
    `stg_<system>__<entity>` delivers at least these columns. Without any such system there are no rows. It is the one way
    out of staging, so what tells of a person becomes a pseudonym here or goes (macros/contract/read/personal_data.sql).
#}
{% macro union_systems(entity) %}
    {%- set columns = model.get('columns') or {} -%}
    {%- if execute and not columns -%}
        {{ exceptions.raise_compiler_error("int_" ~ entity ~ "__united has no columns: its YAML says what stg_<system>__" ~ entity ~ " delivers, and dbt shows it to no unit test. Test the model that reads it.") }}
    {%- endif -%}
    {%- set queries = [] -%}
    {%- for system in sales_kpis.systems_in_use() -%}
        {%- if entity in sales_kpis.entities_of_systems().get(system, []) -%}
            {%- set relation = ref('stg_' ~ system ~ '__' ~ entity) -%}
            {%- set select_list = [] -%}
            {%- for column in columns.values() -%}
                {%- do select_list.append('cast(' ~ sales_kpis.column_without_person(system, entity, column.name, sales_kpis.type_family(column.data_type)) ~ ' as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
            {%- endfor -%}
            {#- Named without an alias first: the engine then says which column the system lacks. -#}
            {%- set delivered = '(select ' ~ columns.keys() | join(', ') ~ ' from ' ~ relation ~ ') as delivered' -%}
            {%- do queries.append('select ' ~ select_list | join(', ') ~ ', ' ~ loop.index ~ ' as system_order from ' ~ delivered) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not queries -%}
        {%- set select_list = [] -%}
        {%- for column in columns.values() -%}
            {%- do select_list.append('cast(null as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
        {%- endfor -%}
        {%- do queries.append('select ' ~ select_list | join(', ') ~ ', 0 as system_order where false') -%}
    {%- endif -%}
    {{ return(queries | join('\nunion all\n')) }}
{% endmacro %}

{#
    A mapping seed with the columns `system` and `raw_value`, one row per system in use and raw value in lower case. A
    row for one system goes before a row whose system is blank, which is for all.
#}
{% macro mapping_of_systems(seed, columns) %}
    select
        systems.system,
        lower(trim(mapping.raw_value)) as raw_value,
        {% for column in columns -%}
        mapping.{{ column }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ ref(seed) }} as mapping
    inner join (
        {% for system in sales_kpis.systems_in_use() -%}
        select '{{ system }}' as system{{ ' union all' if not loop.last }}
        {% endfor %}
    ) as systems
        on coalesce(nullif(trim(mapping.system), ''), systems.system) = systems.system
    qualify row_number() over (
        partition by systems.system, lower(trim(mapping.raw_value))
        order by nullif(trim(mapping.system), '') nulls last{% for column in columns %}, mapping.{{ column }} nulls last{% endfor %}
    ) = 1
{% endmacro %}
