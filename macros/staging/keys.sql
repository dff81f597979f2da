{# The key of a record in every table: `<system>:<native id>`; null where there is no id. #}
{% macro system_key(system, native_id) %}'{{ system }}:' || {{ native_id }}{% endmacro %}

{#
    The sort value of a key where keys decide: the key itself, with the number of its instance for the instance's name, so that
    the instances of a system go in the order in which the variable system_instances lists them. No two keys share it.
#}
{% macro key_order(key) %}
    {%- set ordered = namespace(key=key) -%}
    {%- for system in sales_kpis.systems_in_use() -%}
        {%- set instances = sales_kpis.instances_of(system).keys() | list -%}
        {%- for instance in instances -%}
            {%- set number = ('%0' ~ instances | length | string | length ~ 'd') | format(loop.index) -%}
            {%- set ordered.key = 'replace(' ~ ordered.key ~ ", '" ~ system ~ ':' ~ instance ~ ".', '" ~ system ~ ':' ~ number ~ ".')" -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(ordered.key) }}
{% endmacro %}

{# The path of a page's address, `/` for the site's own; query and fragment belong to no page. #}
{% macro path_of(expression) %}coalesce(nullif({{ sales_kpis.replace_matches(sales_kpis.replace_matches(expression, '^[a-zA-Z]+://[^/?#]*', ''), '[?#].*$', '') }}, ''), case when {{ expression }} is not null then '/' end){% endmacro %}

{#
    The host of a web site or mail address: lower case, without scheme, user, `www.`, port and path. It has a dot inside: of
    `n/a`, `unknown` and `-` it is null, for they would make one company of all that have no web site.
#}
{% macro domain_of(expression) %}
    {%- set host = sales_kpis.replace_matches(sales_kpis.replace_matches('lower(' ~ expression ~ ')', '^([a-z]+://)?([^@/]*@)?(www[.])?', ''), '[/:?#].*$', '') -%}
case when {{ sales_kpis.matches(host, '^[^@ .]+([.][^@ .]+)+$') }} then {{ host }} end
{%- endmacro %}

{# A name, such as that of a stage, without the instance that the contract puts before ids (variable system_instances). #}
{% macro without_instance(system, expression) -%}
    {%- set instances = sales_kpis.instances_of(system).keys() | list -%}
    {{ return(sales_kpis.replace_matches(expression, '^(' ~ instances | join('|') ~ ')[.]', '') if instances else expression) }}
{%- endmacro %}

{# The native id in a key, such as the name of a stage that no table has: without its system and its instance. #}
{% macro native_id_of(key) -%}
    {%- set names = sales_kpis.names_of_instances() -%}
    {{ return(sales_kpis.replace_matches(key, '^[a-z_]+:' ~ ('((' ~ names | join('|') ~ ')[.])?' if names else ''), '')) }}
{%- endmacro %}

{# The instance in a key, `emea.`, empty where the system is there once. #}
{% macro instance_of(key) -%}
    {%- set names = sales_kpis.names_of_instances() -%}
    {{ return(sales_kpis.extract_match(key, '^[a-z_]+:((' ~ names | join('|') ~ ')[.])', 1) if names else "''") }}
{%- endmacro %}

{# The names of all instances of the systems in use, each once. #}
{% macro names_of_instances() -%}
    {%- set names = [] -%}
    {%- for system in sales_kpis.systems_in_use() -%}{%- do names.extend(sales_kpis.instances_of(system).keys()) -%}{%- endfor -%}
    {{ return(names | unique | list) }}
{%- endmacro %}

{# An id that stands in a free text, such as the new value of a change, with the instance that the row's own id carries. #}
{% macro with_instance_of(system, row_id, expression) -%}
    {{ return(sales_kpis.extract_match(row_id, '^([^.]+[.])', 1) ~ ' || ' ~ expression if sales_kpis.instances_of(system) else expression) }}
{%- endmacro %}

{#
    The pseudonym of a person's key, browser or address: `<kind>_` and a salted hash; with another salt all pseudonyms are
    others. The text names the salt and does not hold it (macros/engine/secrets.sql).
#}
{% macro pseudonym(kind, expression) %}{{ return("'" ~ kind ~ "_' || md5(" ~ sales_kpis.pseudonym_salt() ~ ' || ' ~ expression ~ ')') }}{% endmacro %}

{#
    An e-mail address as it is compared: without white space at its ends, in lower case. A text that is no address
    (`n/a`, `unknown`, `-`) is null, for it would make one person of all that have none.
#}
{% macro normalised_email(expression) %}
    {%- set address = 'lower(' ~ sales_kpis.trimmed(expression) ~ ')' -%}
case when {{ sales_kpis.is_valid_email(address) }} then {{ address }} end
{%- endmacro %}

{#
    The key of a product as entered: what the seed `products` makes of it, which names a product by its own id or, to unite
    systems, by its key; else its id in its system.
#}
{% macro product_key(mapped_product_id, system, raw_product_id) -%}
case
            when {{ mapped_product_id }} is null then {{ system }} || ':' || {{ raw_product_id }}
            when {{ sales_kpis.matches(mapped_product_id, '^[a-z_]+:') }} then {{ mapped_product_id }}
            else {{ system }} || ':' || {{ mapped_product_id }}
        end
{%- endmacro %}
