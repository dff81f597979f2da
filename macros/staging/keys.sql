{# The key of a record in every table: `<system>:<native id>`; null where there is no id. #}
{% macro system_key(system, native_id) %}'{{ system }}:' || {{ native_id }}{% endmacro %}

{# The path of a page's address, `/` for the site's own; query and fragment belong to no page. #}
{% macro path_of(expression) %}coalesce(nullif({{ sales_kpis.replace_matches(sales_kpis.replace_matches(expression, '^[a-zA-Z]+://[^/?#]*', ''), '[?#].*$', '') }}, ''), case when {{ expression }} is not null then '/' end){% endmacro %}

{# The host of a web site or mail address: lower case, without scheme, user, `www.`, port and path. #}
{% macro domain_of(expression) %}nullif({{ sales_kpis.replace_matches(sales_kpis.replace_matches('lower(' ~ expression ~ ')', '^([a-z]+://)?([^@/]*@)?(www[.])?', ''), '[/:?#].*$', '') }}, ''){% endmacro %}
