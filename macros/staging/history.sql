{#
    A value of a deal's history in the words that all systems share: the key of a stage or a rep, a plain decimal, an ISO
    date; null where it cannot be read. `field` is the field's shared name: stage, owner, amount, close_date; `deal_id` the
    row's own id, which says of which instance the stage and the owner are; `forms` how people have written it
    (delivery.forms; none: as machines write).
#}
{% macro history_value(system, field, value, deal_id, forms={}) -%}
{%- set id = sales_kpis.system_key(system, sales_kpis.with_instance_of(system, deal_id, value)) -%}
case {{ field }}
            when 'stage' then {{ id }}
            when 'owner' then {{ id }}
            when 'amount' then {{ sales_kpis.as_text(sales_kpis.read_decimal(value, 'text', forms.get('amount'))) }}
            when 'close_date' then {{ sales_kpis.as_text(sales_kpis.read_date(value, 'text', forms.get('close_date'))) }}
            else {{ value }}
        end
{%- endmacro %}
