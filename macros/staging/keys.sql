{# The key of a record in every table: `<system>:<native id>`; null where there is no id. #}
{% macro system_key(system, native_id) %}'{{ system }}:' || {{ native_id }}{% endmacro %}

{# The host of a web site or mail address: lower case, without scheme, user, `www.`, port and path. #}
{% macro domain_of(expression) %}nullif({{ sales_kpis.replace_matches(sales_kpis.replace_matches('lower(' ~ expression ~ ')', '^([a-z]+://)?([^@/]*@)?(www[.])?', ''), '[/:?#].*$', '') }}, ''){% endmacro %}
