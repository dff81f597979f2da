{# The attribution models, in the order in which they are shown. #}
{% macro attribution_models() %}{{ return(['first_touch', 'last_touch', 'linear', 'position_based']) }}{% endmacro %}

{#
    The part of a deal that its first so many touches have together by an attribution model: 0 of none, exactly 1 of all.
    Position-based gives the first and the last touch 40 % each and the rest to those between; two touches have half each.
#}
{% macro share_of_first_touches(attribution_model, count_first, count_all) -%}
cast(case
            when {{ count_first }} = 0 then 0
            when {{ count_first }} = {{ count_all }} then 1
            {% if attribution_model == 'first_touch' -%}
            else 1
            {%- elif attribution_model == 'last_touch' -%}
            else 0
            {%- elif attribution_model == 'linear' -%}
            else cast({{ count_first }} as double) / {{ count_all }}
            {%- elif attribution_model == 'position_based' -%}
            when {{ count_all }} = 2 then 0.5
            else 0.4 + 0.2 * cast({{ count_first }} - 1 as double) / ({{ count_all }} - 2)
            {%- endif %}
        end as double)
{%- endmacro %}

{# A share of an amount; the whole is the amount itself, to the last digit. #}
{% macro share_of_amount(amount, share) -%}
case
            when {{ share }} = 1 then {{ sales_kpis.as_measure(amount) }}
            else {{ sales_kpis.as_measure('cast(' ~ amount ~ ' as double) * ' ~ share) }}
        end
{%- endmacro %}

{# Whether the values of a dimension are campaigns: mailings are, and those of the attribution, as campaign__linear. #}
{% macro names_a_campaign(dimension) -%}
{{ dimension }} in ('campaign', 'email_campaign'
    {%- for attribution_model in sales_kpis.attribution_models() %}, 'campaign__{{ attribution_model }}'{% endfor %})
{%- endmacro %}
