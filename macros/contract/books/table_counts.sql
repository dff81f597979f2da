{# Counts of one delivered table and of each of its columns. #}
{% macro counts_of_table(contract, delivery) %}
    {%- set counted = {
        'system': contract.source, 'table': contract.table, 'found_as': delivery.found_as, 'is_required': contract.is_required,
        'rows': none, 'duplicate_rows': none, 'rejected_rows': none, 'newest_row': none, 'columns': [],
        'warn_after': contract.freshness.get('warn_after'),
    } -%}
    {%- set counts = {} -%}
    {%- if delivery.relation is not none and not delivery.errors -%}
        {%- do counts.update(run_query(sales_kpis.counts_of_table_sql(contract, delivery))[0].dict()) -%}
        {%- do counted.update({'rows': counts.raw_rows | int, 'duplicate_rows': counts.duplicate_rows | int, 'rejected_rows': counts.rejected_rows | int, 'newest_row': counts.newest_row}) -%}
    {%- endif -%}
    {%- for column in contract.columns -%}
        {%- set found = delivery.columns[column.name] -%}
        {%- set example = counts.get('example_' ~ loop.index) -%}
        {#- A column that was not delivered is missing in every row; one that every value can be read of is not counted. -#}
        {%- do counted.columns.append({
            'name': column.name, 'found_as': found.raw_name, 'is_required': column.is_required, 'data_type': column.type,
            'is_mapped': found.is_mapped,
            'missing_values': counts.get('missing_' ~ loop.index, counts.raw_rows) | int if counts else none,
            'unreadable_values': counts.get('unreadable_' ~ loop.index, 0) | int if counts else none,
            'examples': [sales_kpis.shown_without_person(column, example), sales_kpis.shown_without_person(column, counts.get('last_example_' ~ loop.index))] | unique | list if example is not none and not column.is_pii else [],
        }) -%}
    {%- endfor -%}
    {{ return(counted) }}
{% endmacro %}

{# All counts of a delivered table, of one scan that reads each value once. #}
{% macro counts_of_table_sql(contract, delivery) %}
    {%- set cells, counts, moments, as_text = [], [], [], sales_kpis.as_text(':value:') -%}
    {%- for column in contract.columns -%}
        {%- set raw, found = 'raw_rows.' ~ column.name, delivery.columns[column.name] -%}
        {%- if found.raw_name is not none -%}
            {%- do cells.append(raw ~ ' is null as is_missing_' ~ loop.index) -%}
            {%- do counts.append('count(case when is_missing_' ~ loop.index ~ ' then 1 end) as missing_' ~ loop.index) -%}
            {%- if column.type != 'text' or found.family != 'text' -%}
                {%- do cells.append(as_text.replace(':value:', raw) ~ ' as raw_' ~ loop.index) -%}
                {%- do cells.append(sales_kpis.read_value(column, delivery) ~ ' as read_' ~ loop.index) -%}
                {%- set is_unreadable = 'not is_missing_' ~ loop.index ~ ' and read_' ~ loop.index ~ ' is null' -%}
                {%- do counts.append('count(case when ' ~ is_unreadable ~ ' then 1 end) as unreadable_' ~ loop.index) -%}
                {%- do counts.append('min(case when ' ~ is_unreadable ~ ' then raw_' ~ loop.index ~ ' end) as example_' ~ loop.index) -%}
                {%- do counts.append('max(case when ' ~ is_unreadable ~ ' then raw_' ~ loop.index ~ ' end) as last_example_' ~ loop.index) -%}
                {%- if column.type == 'timestamp' -%}{%- do moments.append('read_' ~ loop.index) -%}{%- endif -%}
            {%- endif -%}
        {%- endif -%}
        {%- if column.name in contract.primary_key -%}
            {%- do cells.append(sales_kpis.read_value_of_instance(column, contract, delivery) ~ ' as ' ~ column.name) -%}
        {%- endif -%}
    {%- endfor -%}
select
    cast(count(*) as bigint) as raw_rows,
    {{ sales_kpis.count_duplicate_rows(contract) }} as duplicate_rows,
    cast(count(case when is_row_rejected then 1 end) as bigint) as rejected_rows,
    {{ sales_kpis.as_text(sales_kpis.newest_of(moments)) }} as newest_row{% for count in counts %},
    {{ count }}{% endfor %}
from (
    select
        {% for cell in cells -%}
        {{ cell }},
        {% endfor -%}
        {{ sales_kpis.is_row_rejected_sql(contract, delivery) }} as is_row_rejected
    from ({{ sales_kpis.raw_rows_sql(contract, delivery) }}) as raw_rows
) as read_rows
{%- endmacro %}
