{#
    The one way from a raw table to a staging model: exactly the columns that the source's YAML declares, under their
    declared names and types, one row per primary key (the newest), without the rows whose required values are missing
    or unreadable. Rows left out are in `rejected_rows`; `source_reconciliation` proves that nothing else is.
#}
{% macro contract_rows(system, table) %}
    {%- do sales_kpis.enable_for(system) -%}
    {%- set declared = source(system, table) -%}
    {%- if not execute -%}{{ return('select * from ' ~ declared) }}{%- endif -%}
    {#- A unit test has no sources in its graph: its fixture gives the declared columns, already read. -#}
    {%- set queries = [] -%}
    {%- for contract in sales_kpis.contracts_of_table(system, table) -%}
        {%- set delivery = sales_kpis.delivery_of(contract) -%}
        {%- if delivery.errors -%}{{ exceptions.raise_compiler_error(delivery.errors | join(' ')) }}{%- endif -%}
        {%- do queries.append(sales_kpis.newest_rows_sql(contract, delivery)) -%}
    {%- endfor -%}
    {{ return(queries | join('\nunion all\n') or 'select * from ' ~ declared) }}
{% endmacro %}

{% macro newest_rows_sql(contract, delivery) %}
    {%- set names = contract.columns | rejectattr('type', 'equalto', 'nested') | map(attribute='name') | list %}
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
                {% for name in contract.newest_by if name.replace('not ', '') in names -%}
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
        {% for column in contract.columns if column.type != 'nested' -%}
        {{ sales_kpis.read_value_of_instance(column, contract, delivery) }} as {{ column.name }},
        {% endfor -%}
        {{ sales_kpis.is_row_rejected_sql(contract, delivery) }} as is_row_rejected,
        md5(concat_ws(
            '|'{% for column in contract.columns if column.type != 'nested' -%}
            , coalesce({{ sales_kpis.as_text('raw_rows.' ~ column.name) }}, '')
            {%- endfor %}
        )) as row_fingerprint
    from ({{ sales_kpis.raw_rows_sql(contract, delivery) }}) as raw_rows
{%- endmacro %}

{# The keys and what else is named, for counting: each further column costs as much to plan as a small table to read. #}
{% macro read_keys_sql(contract, delivery, others=[]) -%}
    {%- set names = (contract.primary_key + others) | unique | list -%}
    select
        {% for column in contract.columns if column.name in names -%}
        {{ sales_kpis.read_value_of_instance(column, contract, delivery) }} as {{ column.name }},
        {% endfor -%}
        {{ sales_kpis.is_row_rejected_sql(contract, delivery) }} as is_row_rejected
    from ({{ sales_kpis.raw_rows_sql(contract, delivery, names + sales_kpis.required_names(contract)) }}) as raw_rows
{%- endmacro %}

{# Whether a required value of a raw row is missing or cannot be read. #}
{% macro is_row_rejected_sql(contract, delivery) %}
    {%- set conditions = [] -%}
    {%- for column in contract.columns if column.is_required -%}{%- do conditions.append(sales_kpis.read_value(column, delivery) ~ ' is null') -%}{%- endfor -%}
    {{ return('(' ~ conditions | join(' or ') ~ ')' if conditions else 'false') }}
{% endmacro %}

{# A staging model is there only while its system is in use. (dbt_project.yml cannot see the variables it sets.) #}
{% macro enable_for(system) %}{%- do config(enabled=system in sales_kpis.systems_in_use()) -%}{% endmacro %}
