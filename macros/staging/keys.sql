{# The key of a record in every table: `<system>:<native id>`; null where there is no id. #}
{% macro system_key(system, native_id) %}'{{ system }}:' || {{ native_id }}{% endmacro %}

{# The host of a web site or mail address: lower case, without scheme, user, `www.`, port and path. #}
{% macro domain_of(expression) %}nullif({{ sales_kpis.replace_matches(sales_kpis.replace_matches('lower(' ~ expression ~ ')', '^([a-z]+://)?([^@/]*@)?(www[.])?', ''), '[/:?#].*$', '') }}, ''){% endmacro %}

{# A name, such as that of a stage, without the instance that the contract puts before ids (variable system_instances). #}
{% macro without_instance(system, expression) -%}
    {%- set instances = sales_kpis.instances_of(system).keys() | list -%}
    {{ return(sales_kpis.replace_matches(expression, '^(' ~ instances | join('|') ~ ')[.]', '') if instances else expression) }}
{%- endmacro %}

{# An id that stands in a free text, such as the new value of a change, with the instance that the row's own id carries. #}
{% macro with_instance_of(system, row_id, expression) -%}
    {{ return(sales_kpis.extract_match(row_id, '^([^.]+[.])', 1) ~ ' || ' ~ expression if sales_kpis.instances_of(system) else expression) }}
{%- endmacro %}
