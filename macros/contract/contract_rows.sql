{#
    The one way from a raw table to a staging model: exactly the columns that the source's YAML declares, under their
    declared names and types, one row per primary key (the newest), without the rows whose required values are missing
    or unreadable. What is left out stands in `rejected_rows`; `source_reconciliation` proves that nothing else is.
#}
{% macro contract_rows(system, table) %}
    {%- do sales_kpis.enable_for(system) -%}
    {%- set declared = source(system, table) -%}
    {%- if not execute -%}{{ return('select * from ' ~ declared) }}{%- endif -%}
    {#- A unit test has no sources in its graph: its fixture gives the declared columns, already read. -#}
    {%- set contract = sales_kpis.contract_of(system, table) -%}
    {%- if contract is none -%}{{ return('select * from ' ~ declared) }}{%- endif -%}
    {%- set delivery = sales_kpis.delivery_of(contract) -%}
    {%- if delivery.errors -%}{{ exceptions.raise_compiler_error(delivery.errors | join(' ')) }}{%- endif -%}
    {{ return(sales_kpis.newest_rows_sql(contract, delivery)) }}
{% endmacro %}

{% macro newest_rows_sql(contract, delivery) %}
    {%- set names = contract.columns | map(attribute='name') | list %}
select
    {% for name in names -%}
    {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from (
    select
        *,
        row_number() over (
            partition by {{ contract.primary_key | join(', ') }}
            order by
                {% for name in contract.newest_by if name in names -%}
                {{ name }} desc nulls last,
                {% endfor -%}
                row_fingerprint
        ) as row_rank
    from ({{ sales_kpis.read_rows_sql(contract, delivery) }}) as read_rows
    where not is_row_rejected
) as ranked_rows
where row_rank = 1
{%- endmacro %}

{# Every raw row, read: the declared columns in their types, whether the row is rejected, and a fingerprint that orders equals. #}
{% macro read_rows_sql(contract, delivery) -%}
    select
        {% for column in contract.columns -%}
        {{ sales_kpis.read_value(column, delivery) }} as {{ column.name }},
        {% endfor -%}
        {% set required = contract.columns | selectattr('is_required') | list -%}
        {% if required -%}
        (
            {% for column in required -%}
            {{ sales_kpis.read_value(column, delivery) }} is null{{ ' or ' if not loop.last }}
            {% endfor -%}
        ) as is_row_rejected,
        {% else -%}
        false as is_row_rejected,
        {% endif -%}
        md5(concat_ws(
            '|'{% for column in contract.columns -%}
            , coalesce({{ sales_kpis.as_text('raw_rows.' ~ column.name) }}, '')
            {%- endfor %}
        )) as row_fingerprint
    from ({{ sales_kpis.raw_rows_sql(contract, delivery) }}) as raw_rows
{%- endmacro %}

{# Every raw row as it came, under the declared names; blank text is missing. #}
{% macro raw_rows_sql(contract, delivery) -%}
    select
        {% for column in contract.columns -%}
        {% set found = delivery.columns[column.name] -%}
        {% if found.raw_name is none -%}
        cast(null as {{ dbt.type_string() }}) as {{ column.name }}{{ ',' if not loop.last }}
        {% elif found.json_column is defined -%}
        coalesce(
            {% for path in found.paths -%}
            nullif({{ sales_kpis.trimmed(sales_kpis.field_of_json('delivered.' ~ adapter.quote(found.json_column), path, found.json_family)) }}, ''),
            {% endfor -%}
            null
        ) as {{ column.name }}{{ ',' if not loop.last }}
        {% elif found.family == 'text' -%}
        nullif({{ sales_kpis.trimmed('delivered.' ~ adapter.quote(found.raw_name)) }}, '') as {{ column.name }}{{ ',' if not loop.last }}
        {% else -%}
        delivered.{{ adapter.quote(found.raw_name) }} as {{ column.name }}{{ ',' if not loop.last }}
        {% endif -%}
        {% endfor -%}
    {% if delivery.relation is none -%}
    from (select 1 as nothing where false) as delivered
    {%- else -%}
    from {{ delivery.relation }} as delivered
    {%- endif %}
{%- endmacro %}

{# A staging model is there only while its system is in use. (dbt_project.yml cannot see the variables it sets.) #}
{% macro enable_for(system) %}{%- do config(enabled=system in sales_kpis.systems_in_use(), materialized=sales_kpis.staging_materialization()) -%}{% endmacro %}
