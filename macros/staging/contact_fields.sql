{# A valid e-mail address has one @ and a dotted domain, and no space in it; null is none. #}
{% macro is_valid_email(expression) %}coalesce({{ sales_kpis.matches('lower(' ~ expression ~ ')', '^[^@ ]+@[^@ .]+([.][^@ .]+)+$') }}, false){% endmacro %}

{# A valid phone number has at least seven digits, whatever stands between them; null is none. #}
{% macro is_valid_phone(expression) %}coalesce(length({{ sales_kpis.replace_matches(expression, '[^0-9]', '') }}) >= 7, false){% endmacro %}
