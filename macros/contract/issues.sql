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
        {%- set raw, read = 'raw_rows.' ~ column.name, sales_kpis.read_value(column, delivery) -%}
        {%- if column.is_required -%}
            {%- do faults.append({'column': column, 'rule': 'missing', 'condition': raw ~ ' is null'}) -%}
        {%- endif -%}
        {%- if column.type != 'text' and delivery.columns[column.name].raw_name is not none -%}
            {%- do faults.append({'column': column, 'rule': 'unreadable ' ~ ('json' if column.type == 'nested' else column.type), 'condition': '(' ~ raw ~ ' is not null and ' ~ read ~ ' is null)'}) -%}
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

{# The books of one system: for each of its tables the raw, duplicate and rejected rows, and the rows its staging model has. #}
{% macro source_counts_of(system, staging_models) %}
    {%- do sales_kpis.enable_for(system) -%}
    {%- if not execute -%}{{ return('select 1 as nothing') }}{%- endif -%}
    {%- set queries = [] -%}
    {%- for contract in sales_kpis.contracts_of(system) -%}
        {%- set delivery = sales_kpis.delivery_of(contract) -%}
        {%- if delivery.errors -%}{{ exceptions.raise_compiler_error(delivery.errors | join(' ')) }}{%- endif -%}
        {%- do queries.append(sales_kpis.counts_sql(contract, delivery, staging_models[contract.table])) -%}
    {%- endfor -%}
    {%- if not sales_kpis.instances_of(system) -%}{{ return(queries | join('\nunion all\n')) }}{%- endif -%}
    {{ return(sales_kpis.counts_of_all_instances_sql(queries)) }}
{% endmacro %}

{# The staging model has the rows of all instances; the other counts come one row an instance. #}
{% macro counts_of_all_instances_sql(queries) %}
select
    system,
    source_table,
    cast(sum(raw_rows) as bigint) as raw_rows,
    max(staged_rows) as staged_rows,
    cast(sum(duplicate_rows) as bigint) as duplicate_rows,
    cast(sum(rejected_rows) as bigint) as rejected_rows,
    cast(sum(conflicting_rows) as bigint) as conflicting_rows
from (
    {{ queries | join('\nunion all\n') }}
) as counts_by_instance
group by system, source_table
{% endmacro %}

{% macro counts_sql(contract, delivery, staging_relation=none) %}
select
    '{{ contract.system }}' as system,
    '{{ contract.table }}' as source_table,
    cast(count(*) as bigint) as raw_rows,
    {% if staging_relation is not none -%}
    (select cast(count(*) as bigint) from {{ staging_relation }}) as staged_rows,
    {% endif -%}
    {{ sales_kpis.count_duplicate_rows(contract) }} as duplicate_rows,
    cast(count(case when is_row_rejected then 1 end) as bigint) as rejected_rows,
    {{ sales_kpis.count_conflicting_rows(contract, delivery) }} as conflicting_rows
from (
    {%- if sales_kpis.tells_the_newest(contract, delivery) %}{{ sales_kpis.read_keys_sql(contract, delivery) }}
    {%- else %}{{ sales_kpis.read_rows_sql(contract, delivery) }}{% endif -%}
) as read_rows
{%- endmacro %}

{# Whether a delivered column says which of two rows with one key is newer. #}
{% macro tells_the_newest(contract, delivery) %}
    {%- for name in contract.newest_by if name in delivery.columns and delivery.columns[name].raw_name is not none -%}{{ return(true) }}{%- endfor -%}
    {{ return(delivery.relation is none) }}
{% endmacro %}

{#
    Of the duplicate rows those that are no copies: they differ from the row that stays, and nothing says which is newer, so
    the key may be none.
#}
{% macro count_conflicting_rows(contract, delivery) -%}
    {%- if sales_kpis.tells_the_newest(contract, delivery) -%}cast(0 as bigint)
    {%- else -%}
    cast(
        count(distinct case when not is_row_rejected then row_fingerprint end)
        - count(distinct case when not is_row_rejected then {{ sales_kpis.key_sql(contract) }} end)
        as bigint
    )
    {%- endif -%}
{%- endmacro %}

{% macro key_sql(contract) %}concat_ws('|'{% for name in contract.primary_key %}, coalesce({{ sales_kpis.as_text(name) }}, ''){% endfor %}){% endmacro %}

{# Of read rows that are not rejected, those beyond the first of each key. #}
{% macro count_duplicate_rows(contract) -%}
    cast(
        count(case when not is_row_rejected then 1 end)
        - count(distinct case when not is_row_rejected then {{ sales_kpis.key_sql(contract) }} end)
        as bigint
    )
{%- endmacro %}
