{# A valid e-mail address has one @ and a dotted domain, and no space in it; null is none. #}
{% macro is_valid_email(expression) %}coalesce({{ sales_kpis.matches('lower(' ~ expression ~ ')', '^[^@ ]+@[^@ .]+([.][^@ .]+)+$') }}, false){% endmacro %}

{# A valid phone number has at least seven digits, whatever stands between them; null is none. #}
{% macro is_valid_phone(expression) %}coalesce(length({{ sales_kpis.replace_matches(expression, '[^0-9]', '') }}) >= 7, false){% endmacro %}

{#
    Which lead a record of one is, for `partition by`: the first record of an address in one system and the first of the
    same address in another are one lead, and so are the second ones; inside one system each record counts.
#}
{% macro lead_identity() -%}
case
            when email is null then lead_id
            else lower(email) || '#' || cast(row_number() over (
                partition by system, lower(email) order by created_at, lead_id
            ) as {{ dbt.type_string() }})
        end
{%- endmacro %}

{# A list of a seed, separated by `|` with or without spaces, as the lower-case text in which `|<value>|` is looked for. #}
{% macro text_of_choices(expression) %}'|' || {{ sales_kpis.replace_matches('lower(' ~ expression ~ ')', ' *[|] *', '|') }} || '|'{% endmacro %}
