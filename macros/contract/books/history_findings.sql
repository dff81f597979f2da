{#
    Gaps of a history: the rows of each field with neither the old nor the new value, and amounts and close dates that
    cannot be read.
#}
{% macro history_findings(contract, delivery) %}
    {%- if not contract.history_of or delivery.columns[contract.history_of.field].raw_name is none -%}{{ return([]) }}{%- endif -%}
    {%- set names, fields = contract.history_of['values'], [] -%}
    {%- for row in run_query(
        'select field, count(*), count(case when is_silent then 1 end) from (select ' ~ sales_kpis.history_field('raw_rows.' ~ contract.history_of.field) ~ ' as field, coalesce(' ~ (names + names) | join(', ') ~ ') is null as is_silent'
        ~ ' from (' ~ sales_kpis.raw_rows_sql(contract, delivery, [contract.history_of.field] + names) ~ ") as raw_rows) as changes where field in ('" ~ sales_kpis.plain_names(contract.history_of.fields) | join("', '") ~ "') group by field order by field"
    ) -%}
        {%- do fields.append({'field': row[0], 'rows': row[1] | int, 'silent_rows': row[2] | int}) -%}
    {%- endfor -%}
    {%- set findings = [sales_kpis.finding('history', contract, names | last, value_columns=names, fields=fields)] if fields else [] -%}
    {#- Where a vendor writes each value in one form of its own, its staging model reads that. -#}
    {%- if names | length == 1 or not sales_kpis.has_history_values(contract, delivery) -%}{{ return(findings) }}{%- endif -%}
    {{ return(findings + sales_kpis.unread_history_values(contract, delivery, names)) }}
{% endmacro %}

{# The amounts and close dates of a history that cannot be read, or in two ways. #}
{% macro unread_history_values(contract, delivery, value_columns) %}
    {%- set reads = {
        'amount': sales_kpis.read_decimal('raw_rows.amount', 'text', delivery.forms.get('amount')),
        'close_date': sales_kpis.read_date('raw_rows.close_date', 'text', delivery.forms.get('close_date')),
    } -%}
    {%- set cells, findings = [], [] -%}
    {%- for name, read in reads.items() -%}
        {%- set unreadable = 'case when raw_rows.' ~ name ~ ' is not null and ' ~ read ~ ' is null then raw_rows.' ~ name ~ ' end' -%}
        {%- do cells.extend(['count(raw_rows.' ~ name ~ ')', 'count(' ~ unreadable ~ ')', "'>' || min(" ~ unreadable ~ ')', "'>' || max(" ~ unreadable ~ ')']) -%}
    {%- endfor -%}
    {%- set row = run_query('select ' ~ cells | join(', ') ~ ' from (' ~ sales_kpis.history_values_sql(contract, delivery) ~ ') as raw_rows')[0] -%}
    {%- for name in reads -%}
        {%- set form, values, unreadable = delivery.forms.get(name, {}), row[4 * loop.index0], row[4 * loop.index0 + 1] -%}
        {%- set examples = [] -%}
        {%- for example in (row[4 * loop.index0 + 2], row[4 * loop.index0 + 3]) if example and example[1:] not in examples -%}{%- do examples.append(example[1:]) -%}{%- endfor -%}
        {%- if form.get('ambiguous') -%}{%- do findings.append(sales_kpis.finding('undecided_number', contract, value_columns | join(' and ') ~ ' of ' ~ name, rows=form.ambiguous, examples=form.examples)) -%}
        {%- elif unreadable -%}{%- do findings.append(sales_kpis.finding('unreadable_history', contract, value_columns | last, name=name, rows=unreadable | int, values=values | int, examples=examples)) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(findings) }}
{% endmacro %}
