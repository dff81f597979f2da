{#
    The fields of a deal whose history counts, in the words that all systems share: the column that holds each, its type and,
    where the record says otherwise what holds since the last change, the column of that. A field more is a line here, a
    reading in history_value where it is more than a plain text, and a line in int_deals__as_of_date.
#}
{% macro deal_fields() %}
    {{ return({
        'stage': {'column': 'stage_id', 'type': 'text'},
        'owner': {'column': 'rep_id', 'type': 'text'},
        'amount': {'column': 'amount', 'type': 'decimal'},
        'close_date': {'column': 'expected_close_date', 'type': 'date', 'column_after_change': 'known_close_date'},
    }) }}
{% endmacro %}

{# In int_deals__history: the value of one field in its own type, as a change told it or as it stands in the record; null in versions of another field. #}
{% macro held_value(name, field) -%}
case
            when versions.field <> '{{ name }}' then null
            when not versions.is_of_record then try_cast(versions.told_value as {{ sales_kpis.sql_type(field.type) }})
            when versions.valid_from_at is null then deals.{{ field.column }}
            else deals.{{ field.get('column_after_change', field.column) }}
        end
{%- endmacro %}

{#
    A value of a deal's history in the words that all systems share: the key of a stage or a rep, a plain decimal, an ISO
    date; null where it cannot be read. `field` is the field's shared name (deal_fields); `deal_id` the
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
