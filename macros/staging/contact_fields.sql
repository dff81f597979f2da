{# A valid e-mail address has one @ and a dotted domain, and no space in it; null is none. #}
{% macro is_valid_email(expression) %}coalesce({{ sales_kpis.matches('lower(' ~ expression ~ ')', '^[^@ ]+@[^@ .]+([.][^@ .]+)+$') }}, false){% endmacro %}

{# A valid phone number has at least seven digits, whatever stands between them; null is none. #}
{% macro is_valid_phone(expression) %}coalesce(length({{ sales_kpis.replace_matches(expression, '[^0-9]', '') }}) >= 7, false){% endmacro %}

{#
    Which lead a record of one is, for `partition by`: the first record of an address in one system and the first of the
    same address in another are one lead, and so are the second ones; inside one system each record counts. A record
    without a valid address is a lead of its own.
#}
{% macro lead_identity() -%}
{%- set address = sales_kpis.normalised_email('email') -%}
case
            when {{ address }} is null then lead_id
            else {{ address }} || '#' || cast(row_number() over (
                partition by system, {{ address }} order by created_at, {{ sales_kpis.key_order('lead_id') }}
            ) as {{ dbt.type_string() }})
        end
{%- endmacro %}

{# A list of a seed, separated by `|` with or without spaces, as the lower-case text in which `|<value>|` is looked for. #}
{% macro text_of_choices(expression) %}'|' || {{ sales_kpis.replace_matches('lower(' ~ expression ~ ')', ' *[|] *', '|') }} || '|'{% endmacro %}
