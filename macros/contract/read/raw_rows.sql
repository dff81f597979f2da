{# Every raw row as it came, under the declared names (all or those of `names`); blank text is missing. #}
{% macro raw_rows_sql(contract, delivery, names=none) -%}
    {%- set currency = sales_kpis.currency_column(contract, delivery) if names is not none and delivery.forms.values() | selectattr('has_signs', 'defined') | selectattr('has_signs') | list -%}
    select
        {% for column in contract.columns if names is none or column.name in names or column.name == currency -%}
        {% set found = delivery.columns[column.name] -%}
        {% if found.raw_name is none -%}
        cast(null as {{ dbt.type_string() }}) as {{ column.name }}{{ ',' if not loop.last }}
        {% elif found.json_column is defined -%}
        coalesce(
            {% for path in found.paths -%}
            nullif({{ sales_kpis.trimmed(sales_kpis.field_of_json('delivered.' ~ sales_kpis.quoted_name(found.json_column), path, found.json_family)) }}, ''),
            {% endfor -%}
            null
        ) as {{ column.name }}{{ ',' if not loop.last }}
        {% elif found.part -%}
        nullif({{ sales_kpis.trimmed(sales_kpis.nested_value(found.part)) }}, '') as {{ column.name }}{{ ',' if not loop.last }}
        {% elif found.family == 'text' -%}
        nullif({{ sales_kpis.trimmed('delivered.' ~ sales_kpis.quoted_name(found.raw_name)) }}, '') as {{ column.name }}{{ ',' if not loop.last }}
        {% else -%}
        delivered.{{ sales_kpis.quoted_name(found.raw_name) }} as {{ column.name }}{{ ',' if not loop.last }}
        {% endif -%}
        {% endfor -%}
    {% if delivery.relation is none -%}
    from (select 1 as nothing where false) as delivered
    {%- else -%}
    from {{ sales_kpis.opened_relation(delivery) }} as delivered
    {%- endif %}
{%- endmacro %}

{# The delivered relation, with its nested columns opened once for all the parts that the contract names. #}
{% macro opened_relation(delivery) -%}
    {%- if not delivery.nested -%}{{ return(delivery.relation) }}{%- endif -%}
    (
        select
            *
            {% for nested in delivery.nested.values() -%}
            {% if nested.kind == 'pairs' -%}
            , {{ sales_kpis.pair_names(sales_kpis.quoted_name(nested.raw_name), nested.data_type) }} as {{ nested.alias }}_names
            , {{ sales_kpis.pair_values(sales_kpis.quoted_name(nested.raw_name), nested.data_type) }} as {{ nested.alias }}_values
            {% else -%}
            , {{ sales_kpis.nested_as_text(sales_kpis.quoted_name(nested.raw_name), nested.data_type) }} as {{ nested.alias }}
            {% endif -%}
            {% endfor %}
        from {{ delivery.relation }} as closed_rows
    )
{%- endmacro %}

{# One part of an opened column, as text; null where the row does not have it. #}
{% macro nested_value(part) %}
    {%- if part.kind == 'pairs' -%}{{ return(sales_kpis.value_of_pair('delivered.' ~ part.alias ~ '_names', 'delivered.' ~ part.alias ~ '_values', part.field)) }}
    {%- else -%}{{ return(sales_kpis.field_of_json('delivered.' ~ part.alias, part.field, 'json')) }}{%- endif -%}
{% endmacro %}
