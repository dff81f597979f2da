{#
    A Salesforce record is gone when it is in the bin ("IsDeleted": "the object has been moved to the Recycle Bin"),
    when the connector saw it disappear, or when a connector in history mode keeps no active version of it.
#}
{% macro salesforce_is_deleted() -%}
coalesce(is_deleted, false) or {{ sales_kpis.salesforce_is_removed() }}
{%- endmacro %}

{# The same of a table that has no bin. #}
{% macro salesforce_is_removed() -%}
coalesce(_fivetran_deleted, false) or not coalesce(_fivetran_active, true)
{%- endmacro %}

{# "Name: concatenation of FirstName and LastName"; connectors that drop formula fields deliver only the parts. #}
{% macro salesforce_full_name(table=none) -%}
{%- set prefix = table ~ '.' if table else '' -%}
coalesce({{ prefix }}name, nullif(trim(coalesce({{ prefix }}first_name, '') || ' ' || coalesce({{ prefix }}last_name, '')), ''))
{%- endmacro %}

{#
    "The first three characters of the ID" say what a polymorphic field such as WhoId or WhatId refers to: 003 a contact,
    00Q a lead, 001 an account, 006 an opportunity.
#}
{% macro salesforce_key_of(column, kind) -%}
{%- set prefix = {'contact': '003', 'lead': '00Q', 'account': '001', 'opportunity': '006'}[kind] -%}
case when left({{ sales_kpis.without_instance('salesforce', column) }}, 3) = '{{ prefix }}' then {{ sales_kpis.system_key('salesforce', column) }} end
{%- endmacro %}

{# A day without a time of day, as a moment: the day's begin where the company is. #}
{% macro start_of_local_day(column) -%}
{{ sales_kpis.to_utc('cast(' ~ column ~ ' as timestamp)', sales_kpis.setting('reporting_time_zone')) }}
{%- endmacro %}

{#
    The owner of a record, who is a user ("005"); a queue or a group ("00G") may own a lead or a task and is nobody. A
    value that does not look like an id of Salesforce at all is taken as it is.
#}
{% macro salesforce_owner_key(column='owner_id') -%}
{%- set id = sales_kpis.without_instance('salesforce', column) -%}
case
            when left({{ id }}, 3) = '005' then {{ sales_kpis.system_key('salesforce', column) }}
            when not {{ sales_kpis.matches(id, '^(00G.*|[A-Za-z0-9]{15}|[A-Za-z0-9]{18})$') }}
                then {{ sales_kpis.system_key('salesforce', column) }}
        end
{%- endmacro %}
