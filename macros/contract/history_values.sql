{#
    A history keeps values of several fields in one column of texts: meta `history_of: {field: …, values: […], fields: […]}`
    says in which, and which fields KPIs need.
    Its amounts and close dates are read in the form that they themselves prove, as those of a column of their own are.
#}

{# One row per value of a history: `amount` and `close_date` as delivered, each null in rows of other fields. #}
{% macro history_values_sql(contract, delivery) %}
    {%- set queries = [] -%}
    {%- for name in contract.history_of['values'] if delivery.columns[name].raw_name is not none -%}
        {%- do queries.append(
            'select ' ~ sales_kpis.history_field('raw_rows.' ~ contract.history_of.field) ~ ' as field, ' ~ sales_kpis.read_text('raw_rows.' ~ name, delivery.columns[name].family) ~ ' as history_value'
            ~ ' from (' ~ sales_kpis.raw_rows_sql(contract, delivery, [contract.history_of.field, name]) ~ ') as raw_rows') -%}
    {%- endfor -%}
    {{ return("select case when field = 'amount' then history_value end as amount, case when field in ('closedate', 'expectedclosedate') then history_value end as close_date from (" ~ queries | join(' union all ') ~ ') as history_values') }}
{% endmacro %}

{# A field's name in the spelling that all spellings share. #}
{% macro history_field(field) %}{{ return("lower(replace(replace(" ~ field ~ ", '_', ''), ' ', ''))") }}{% endmacro %}

{# The forms of a history's amounts and close dates; none where all are written as machines write. #}
{% macro forms_of_history(contract, delivery, mapping) %}
    {%- if not contract.is_written_by_people or not sales_kpis.has_history_values(contract, delivery) -%}{{ return({}) }}{%- endif -%}
    {%- set rows = sales_kpis.history_values_sql(contract, delivery) -%}
    {%- set written = run_query('select count(case when not ' ~ sales_kpis.matches('amount', sales_kpis.plain_number_pattern(contract.is_written_by_people))
        ~ ' then 1 end), count(case when not ' ~ sales_kpis.matches('close_date', '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}([T ].*)?$') ~ ' then 1 end) from (' ~ rows ~ ') as raw_rows')[0] -%}
    {%- if not written[0] and not written[1] -%}{{ return({}) }}{%- endif -%}
    {%- set found, forms = sales_kpis.evidence_in_rows(rows, {'amount': 'decimal', 'close_date': 'date'}), {} -%}
    {#- A sign at an amount is not compared with a currency: the deal's own stands in another table. -#}
    {%- if written[0] -%}{%- do forms.update({'amount': dict(sales_kpis.number_form('amount', found, contract, mapping), has_signs=false)}) -%}{%- endif -%}
    {%- if written[1] -%}{%- do forms.update({'close_date': sales_kpis.day_form('close_date', found, mapping)}) -%}{%- endif -%}
    {{ return(forms) }}
{% endmacro %}

{% macro has_history_values(contract, delivery) %}
    {%- if not contract.history_of or delivery.columns[contract.history_of.field].raw_name is none -%}{{ return(false) }}{%- endif -%}
    {%- for name in contract.history_of['values'] if delivery.columns[name].raw_name is not none -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}

{#
    What a history does not tell: changes with neither the old nor the new value, fields that never have a value, and
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

{# The forms of a table for a staging model: those of the first of the system's instances that has any. #}
{% macro forms_of_table(system, table) %}
    {%- for contract in sales_kpis.contracts_of_table(system, table) if execute -%}
        {%- set forms = sales_kpis.delivery_of(contract).forms -%}
        {%- if forms -%}{{ return(forms) }}{%- endif -%}
    {%- endfor -%}
    {{ return({}) }}
{% endmacro %}
