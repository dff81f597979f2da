{#
    A Salesforce record is gone when it is in the bin ("IsDeleted": "the object has been moved to the Recycle Bin"),
    when the connector saw it disappear, or when a connector in history mode keeps no active version of it.
#}
{% macro salesforce_is_deleted() -%}
coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) or not coalesce(_fivetran_active, true)
{%- endmacro %}

{# "Name: concatenation of FirstName and LastName"; connectors that drop formula fields deliver only the parts. #}
{% macro salesforce_full_name(table=none) -%}
{%- set prefix = table ~ '.' if table else '' -%}
coalesce({{ prefix }}name, nullif(trim(coalesce({{ prefix }}first_name, '') || ' ' || coalesce({{ prefix }}last_name, '')), ''))
{%- endmacro %}
