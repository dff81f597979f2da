{#
    A value of a deal's history in the words that all systems share: the key of a stage or a rep, a plain decimal, an ISO
    date; null where it cannot be read. `field` is the field's shared name: stage, owner, amount, close_date.
#}
{% macro history_value(system, field, value) -%}
case {{ field }}
            when 'stage' then {{ sales_kpis.system_key(system, value) }}
            when 'owner' then {{ sales_kpis.system_key(system, value) }}
            when 'amount' then {{ sales_kpis.as_text(sales_kpis.read_decimal(value, 'text')) }}
            when 'close_date' then {{ sales_kpis.as_text(sales_kpis.read_date(value, 'text', none)) }}
            else {{ value }}
        end
{%- endmacro %}
