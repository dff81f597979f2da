{#
    The records of `rejected_rows` for one system: each value that is required and missing, or cannot be read.
#}
{% macro rejected_rows_of(system) %}
    {%- do sales_kpis.enable_for(system) -%}
    {%- set queries = [] -%}
    {%- if execute -%}
        {%- for contract in sales_kpis.contracts_of(system) -%}
            {%- set delivery = sales_kpis.delivery_of(contract) -%}
            {%- if delivery.relation is not none and not delivery.errors -%}
                {%- do queries.append(sales_kpis.issues_sql(contract, delivery)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if queries -%}{{ return(queries | join('\nunion all\n')) }}{%- endif -%}
    {%- set text = dbt.type_string() %}
select
    cast(null as {{ text }}) as system,
    cast(null as {{ text }}) as source_table,
    cast(null as {{ text }}) as row_key,
    cast(null as {{ text }}) as column_name,
    cast(null as {{ text }}) as rule,
    cast(null as {{ text }}) as raw_value,
    false as is_row_rejected
where false
{% endmacro %}

{# One pass over the table gives a row for each fault. Each condition stands once: long as they are, a copy costs more to plan than a table to read. #}
{% macro issues_sql(contract, delivery) %}
    {%- set faults = [] -%}
    {%- for column in contract.columns -%}
        {%- set raw = 'raw_rows.' ~ column.name -%}
        {%- if column.is_required -%}
            {%- do faults.append({'column': column, 'rule': 'missing', 'condition': raw ~ ' is null'}) -%}
        {%- endif -%}
        {%- if column.type != 'text' and delivery.columns[column.name].raw_name is not none -%}
            {%- do faults.append({'column': column, 'rule': 'unreadable ' ~ ('json' if column.type == 'nested' else column.type), 'condition': '(' ~ raw ~ ' is not null and ' ~ sales_kpis.read_value(column, delivery) ~ ' is null)'}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not faults -%}{%- do faults.append({'column': contract.columns[0], 'rule': 'none', 'condition': 'false'}) -%}{%- endif -%}
    {%- set required_faults = [] -%}
    {%- for fault in faults -%}{%- if fault.column.is_required -%}{%- do required_faults.append(loop.index) -%}{%- endif -%}{%- endfor -%}
    {%- set names = contract.primary_key + faults | map(attribute='column.name') | list %}
    {%- set keys = [] -%}
    {%- for name in contract.primary_key -%}
        {%- set column = contract.columns | selectattr('name', 'equalto', name) | first -%}
        {%- do keys.append('coalesce(' ~ sales_kpis.key_part_without_person(contract, column, sales_kpis.as_text('raw_rows.' ~ name)) ~ ", '(missing)')") -%}
    {%- endfor %}
select
    '{{ contract.system }}' as system,
    '{{ contract.table }}' as source_table,
    {{ "'" ~ contract.instance ~ ".' || " if contract.instance }}concat_ws('|', {{ keys | join(', ') }}) as row_key,
    case fault_number
        {% for fault in faults -%}
        when {{ loop.index }} then '{{ fault.column.name }}'
        {% endfor %}
    end as column_name,
    case fault_number
        {% for fault in faults -%}
        when {{ loop.index }} then '{{ fault.rule }}'
        {% endfor %}
    end as rule,
    {{ sales_kpis.without_personal_data('raw_value') }} as raw_value,
    fault_number in ({{ required_faults | join(', ') or 'null' }}) as is_row_rejected
from (
    select
        *,
        case fault_number
            {% for fault in faults -%}
            when {{ loop.index }} then {{ "'(personal data)'" if fault.column.is_pii else sales_kpis.read_text('raw_rows.' ~ fault.column.name, delivery.columns[fault.column.name].family) }}
            {% endfor %}
        end as raw_value
    from (
        select
            *,
            {{ sales_kpis.row_for_each(faults | map(attribute='condition') | list) }} as fault_number
        from (
            {{ sales_kpis.raw_rows_sql(contract, delivery, names) }}
        ) as raw_rows
    ) as raw_rows
) as raw_rows
{%- endmacro %}
