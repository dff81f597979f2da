{#
    The address of a deal's page in its system, as SQL, by the setting `deal_links`; null for a system that it does not name.
    An address of one instance (`salesforce.emea`) goes before that of all.
#}
{% macro deal_link(deal_id) %}
    {%- set links, instances, branches = sales_kpis.setting('deal_links') or {}, sales_kpis.setting('system_instances') or {}, [] -%}
    {%- for name in links.keys() | sort(reverse=true) -%}
        {%- set system, instance = name.partition('.')[0], name.partition('.')[2] -%}
        {%- set named = [instance] if instance else (instances.get(system) or {'': none}).keys() -%}
        {%- for each in named -%}
            {%- set prefix = system ~ ':' ~ (each ~ '.' if each else '') -%}
            {%- set before, _, after = links[name].partition('{id}') -%}
            {%- set native_id = "replace(substr(" ~ deal_id ~ ", " ~ (prefix | length + 1) ~ "), ' ', '%20')" -%}
            {%- do branches.append("when left(" ~ deal_id ~ ", " ~ prefix | length ~ ") = '" ~ prefix ~ "' then '" ~ before ~ "' || " ~ native_id ~ " || '" ~ after ~ "'") -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return('case ' ~ branches | join(' ') ~ ' end' if branches else 'cast(null as ' ~ dbt.type_string() ~ ')') }}
{% endmacro %}

{# The name of a deal where the setting `deal_names` says so, else null. #}
{% macro if_deals_are_named(deal_name) %}{{ return(deal_name if sales_kpis.setting('deal_names') else 'cast(null as ' ~ dbt.type_string() ~ ')') }}{% endmacro %}
