{#
    Gaps of a history: changes with neither the old nor the new value, fields that never have a value, and
    amounts and close dates that cannot be read; these are an error where they are many (`max_unreadable_share`).
#}
{% macro history_findings(contract, delivery) %}
    {%- set result = {'errors': [], 'oddities': []} -%}
    {%- if not contract.history_of or delivery.columns[contract.history_of.field].raw_name is none -%}{{ return(result) }}{%- endif -%}
    {%- set names = contract.history_of['values'] -%}
    {%- set label = contract.source ~ '.' ~ contract.table -%}
    {%- set fields, rows = [], [] -%}
    {%- for row in run_query(
        'select field, count(*), count(case when is_silent then 1 end) from (select ' ~ sales_kpis.history_field('raw_rows.' ~ contract.history_of.field) ~ ' as field, coalesce(' ~ (names + names) | join(', ') ~ ') is null as is_silent'
        ~ ' from (' ~ sales_kpis.raw_rows_sql(contract, delivery, [contract.history_of.field] + names) ~ ") as raw_rows) as changes where field in ('" ~ sales_kpis.plain_names(contract.history_of.fields) | join("', '") ~ "') group by field order by field"
    ) -%}
        {#- One value that is none may mean that the field was cleared; a field that never has one tells nothing. -#}
        {%- if row[2] and (names | length > 1 or row[1] == row[2]) -%}{%- do fields.append(row[0]) -%}{%- do rows.append(row[2] | int) -%}{%- endif -%}
    {%- endfor -%}
    {%- if fields -%}
        {%- do result.oddities.append({
            'system': contract.source, 'table': contract.table, 'column': names | last, 'kind': 'history without values', 'values': fields, 'rows': rows | sum,
            'next_step': 'These rows tell nothing: another history of the field stands in, else a deal has always had its present value. Deliver ' ~ names | join(' and ') ~ ' with the history.',
        }) -%}
    {%- endif -%}
    {#- Where a vendor writes each value in one form of its own, its staging model reads that. -#}
    {%- if names | length == 1 or not sales_kpis.has_history_values(contract, delivery) -%}{{ return(result) }}{%- endif -%}
    {%- set reads = {
        'amount': sales_kpis.read_decimal('raw_rows.amount', 'text', delivery.forms.get('amount')),
        'close_date': sales_kpis.read_date('raw_rows.close_date', 'text', delivery.forms.get('close_date')),
    } -%}
    {%- set cells = [] -%}
    {%- for name, read in reads.items() -%}
        {%- set unreadable = 'case when raw_rows.' ~ name ~ ' is not null and ' ~ read ~ ' is null then raw_rows.' ~ name ~ ' end' -%}
        {%- do cells.extend(['count(raw_rows.' ~ name ~ ')', 'count(' ~ unreadable ~ ')', "'>' || min(" ~ unreadable ~ ')', "'>' || max(" ~ unreadable ~ ')']) -%}
    {%- endfor -%}
    {%- set row = run_query('select ' ~ cells | join(', ') ~ ' from (' ~ sales_kpis.history_values_sql(contract, delivery) ~ ') as raw_rows')[0] -%}
    {%- for name, type in {'amount': 'decimal', 'close_date': 'date'}.items() -%}
        {%- set column = {'name': names | join(' and ') ~ ' of ' ~ name, 'type': type} -%}
        {%- set form, values, unreadable = delivery.forms.get(name, {}), row[4 * loop.index0], row[4 * loop.index0 + 1] -%}
        {%- set examples = [] -%}
        {%- for example in (row[4 * loop.index0 + 2], row[4 * loop.index0 + 3]) if example and example[1:] not in examples -%}{%- do examples.append(example[1:]) -%}{%- endfor -%}
        {%- if form.get('ambiguous') -%}{%- do result.errors.append(sales_kpis.undecided_number_error(contract, column, form)) -%}
        {%- elif unreadable and unreadable > var('max_unreadable_share') | float * values -%}
            {%- do result.errors.append(
                'History ' ~ label ~ ' has ' ~ unreadable ~ ' of ' ~ values ~ ' values of ' ~ name ~ " that cannot be read (such as '" ~ examples | join("' and '") ~ "'): write their form in source_mapping ("
                ~ contract.source ~ ': {' ~ contract.table ~ ': {' ~ ('number_format: decimal_comma' if type == 'decimal' else 'date_order: day_first') ~ '}}), or correct them.') -%}
        {%- elif unreadable -%}
            {%- do result.oddities.append({
                'system': contract.source, 'table': contract.table, 'column': names | last, 'kind': name ~ ' that cannot be read', 'values': examples, 'rows': unreadable | int,
                'next_step': 'From such a change on the deal has no ' ~ name | replace('_', ' ') ~ ', until its next one: correct the values.',
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(result) }}
{% endmacro %}
