{#
    How people and spreadsheets write numbers and days in text. The form is decided once for a column: source_mapping says
    it (`number_format`, `date_order`), else the column's own values prove it, else those of the table's other columns;
    nothing is guessed. A value that the form cannot read is unreadable, and `check_sources` stops where that is much.

    forms_of gives column (of a history also amount and close_date, which stand in its values) → {number: point, comma or undecided, has_signs, ambiguous, examples, date_order, is_written,
    is_day_number}. A column that is not in it is written as machines write: 1234.50 and 2025-03-01.
#}
{% macro forms_of(contract, delivery, mapping) %}
    {%- set forms = {} -%}
    {%- set written = sales_kpis.columns_written_by_people(contract, delivery) -%}
    {%- if written -%}
        {%- set found = sales_kpis.evidence_of_forms(contract, delivery, written) -%}
        {%- for column in written -%}
            {%- if column.type in ('int', 'decimal') -%}{%- do forms.update({column.name: sales_kpis.number_form(column.name, found, contract, mapping)}) -%}
            {%- else -%}{%- do forms.update({column.name: sales_kpis.day_form(column.name, found, mapping)}) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do forms.update(sales_kpis.forms_of_history(contract, delivery, mapping)) -%}
    {{ return(forms) }}
{% endmacro %}

{# The columns of text that should be numbers or days and hold a value that no machine writes; one scan of the table. #}
{% macro columns_written_by_people(contract, delivery) %}
    {%- set columns, counts, written = [], [], [] -%}
    {%- for column in contract.columns if column.type in ('int', 'decimal', 'date', 'timestamp') and delivery.columns[column.name].raw_name is not none and delivery.columns[column.name].family == 'text' -%}
        {%- set plain = sales_kpis.plain_number_pattern(contract.is_written_by_people) if column.type in ('int', 'decimal') else '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}([T ].*)?$' -%}
        {%- do columns.append(column) -%}
        {%- do counts.append('count(case when not ' ~ sales_kpis.matches('raw_rows.' ~ column.name, plain) ~ ' then 1 end)') -%}
    {%- endfor -%}
    {%- if columns -%}
        {%- set row = run_query('select ' ~ counts | join(', ') ~ ' from (' ~ sales_kpis.raw_rows_sql(contract, delivery, columns | map(attribute='name') | list) ~ ') as raw_rows')[0] -%}
        {%- for column in columns -%}{%- if row[loop.index0] -%}{%- do written.append(column) -%}{%- endif -%}{%- endfor -%}
    {%- endif -%}
    {{ return(written) }}
{% endmacro %}

{# The evidence of the columns' values for their form: column → its counts, in one scan. #}
{% macro evidence_of_forms(contract, delivery, columns) %}
    {%- set types = {} -%}
    {%- for column in columns -%}{%- do types.update({column.name: column.type}) -%}{%- endfor -%}
    {{ return(sales_kpis.evidence_in_rows(sales_kpis.raw_rows_sql(contract, delivery, types.keys() | list), types)) }}
{% endmacro %}

{# The proof in the texts of a query's columns: by column its type (`types`) and six cells. #}
{% macro evidence_in_rows(rows_sql, types) %}
    {%- set parts = [] -%}
    {%- for name, type in types.items() -%}{%- do parts.extend(sales_kpis.evidence_cells('raw_rows.' ~ name, type)) -%}{%- endfor -%}
    {%- set row = run_query('select ' ~ parts | join(', ') ~ ' from (' ~ rows_sql ~ ') as raw_rows')[0] -%}
    {%- set found = {} -%}
    {%- for name, type in types.items() -%}
        {%- set cells = [] -%}
        {%- for place in range(6 * loop.index0, 6 * loop.index0 + 6) -%}{%- do cells.append(row[place]) -%}{%- endfor -%}
        {%- do found.update({name: {'type': type, 'cells': cells}}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{% macro evidence_cells(value, type) %}
    {%- if type in ('int', 'decimal') -%}
        {%- set body = sales_kpis.extract_match(value, sales_kpis.number_pattern(sales_kpis.number_body('any')), 3) -%}
        {%- set is_ambiguous = sales_kpis.matches(body, sales_kpis.ambiguous_body()) -%}
        {{ return([
            'count(case when ' ~ sales_kpis.matches(body, sales_kpis.proving_body('point')) ~ ' then 1 end)',
            'count(case when ' ~ sales_kpis.matches(body, sales_kpis.proving_body('comma')) ~ ' then 1 end)',
            'count(case when ' ~ is_ambiguous ~ ' then 1 end)',
            "'>' || min(case when " ~ is_ambiguous ~ ' then ' ~ value ~ ' end)',
            "'>' || max(case when " ~ is_ambiguous ~ ' then ' ~ value ~ ' end)',
            'count(case when ' ~ sales_kpis.matches(value, '\\p{Sc}|\\p{L}') ~ ' then 1 end)',
        ]) }}
    {%- endif -%}
    {%- set year_last = sales_kpis.year_last_pattern() -%}
    {%- set is_year_last = sales_kpis.matches(value, year_last) -%}
    {{ return([
        'max(case when ' ~ is_year_last ~ ' then cast(' ~ sales_kpis.extract_match(value, year_last, 1) ~ ' as int) end)',
        'max(case when ' ~ is_year_last ~ ' then cast(' ~ sales_kpis.extract_match(value, year_last, 2) ~ ' as int) end)',
        'count(case when ' ~ is_year_last ~ ' then 1 end)',
        'count(case when ' ~ is_year_last ~ ' and ' ~ sales_kpis.matches(value, '^[0-9]+[.][0-9]+[.]') ~ ' then 1 end)',
        'count(case when ' ~ sales_kpis.matches(value, sales_kpis.day_number_pattern()) ~ ' then 1 end)',
        'count(' ~ value ~ ')',
    ]) }}
{% endmacro %}

{#
    Which sign separates fractions: that of all values which prove one, but for at most `max_unreadable_share` of them; of
    a column without such values that of the table. A connector writes a point.
#}
{% macro number_form(name, found, contract, mapping) %}
    {%- set point, comma, ambiguous, smallest, largest, with_signs = found[name].cells -%}
    {%- set said = sales_kpis.format_said(mapping.get('number_format'), name) -%}
    {%- set form = {'is_written': true, 'has_signs': with_signs > 0, 'ambiguous': 0, 'examples': []} -%}
    {%- if said -%}{{ return(dict(form, number='comma' if said == 'decimal_comma' else 'point')) }}{%- endif -%}
    {%- set proofs = namespace(point=point | int, comma=comma | int) -%}
    {%- if not proofs.point and not proofs.comma -%}
        {%- for other in found.values() if other.type in ('int', 'decimal') -%}
            {%- set proofs.point = proofs.point + other.cells[0] | int -%}{%- set proofs.comma = proofs.comma + other.cells[1] | int -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set tolerated = sales_kpis.setting('max_unreadable_share') | float -%}
    {%- if proofs.point and proofs.comma <= tolerated * proofs.point -%}{{ return(dict(form, number='point')) }}
    {%- elif proofs.comma and proofs.point <= tolerated * proofs.comma -%}{{ return(dict(form, number='comma')) }}
    {%- elif not contract.is_written_by_people or not ambiguous and not proofs.point and not proofs.comma -%}{{ return(dict(form, number='point')) }}{%- endif -%}
    {%- set examples = [] -%}
    {%- for example in [smallest, largest] if example and example[1:] not in examples -%}{%- do examples.append(example[1:]) -%}{%- endfor -%}
    {{ return(dict(form, number='undecided', ambiguous=ambiguous | int, examples=examples)) }}
{% endmacro %}

{#
    Whether 3/1/2025 is March 1 or January 3: what a part above 12 proves; points are written with the day first; else what
    the table's other columns prove. 45678 is a day in Excel's count if nearly the whole column is written so.
#}
{% macro day_form(name, found, mapping) %}
    {%- set said = sales_kpis.format_said(mapping.get('date_order') or mapping.get('date_format'), name) -%}
    {%- set first_part, second_part, year_last, with_points, day_numbers, values = found[name].cells -%}
    {%- set form = {'is_written': true, 'is_day_number': values and day_numbers >= 0.9 * values} -%}
    {%- if said -%}{{ return(dict(form, date_order=said)) }}{%- endif -%}
    {%- set own = sales_kpis.proven_date_order(found[name].cells) -%}
    {%- if own != 'none' -%}{{ return(dict(form, date_order=own if own != 'both' else none)) }}{%- endif -%}
    {%- set others = [] -%}
    {%- for other in found.values() if other.type in ('date', 'timestamp') -%}{%- do others.append(sales_kpis.proven_date_order(other.cells)) -%}{%- endfor -%}
    {%- set orders = others | reject('equalto', 'none') | unique | list -%}
    {{ return(dict(form, date_order=orders[0] if orders | length == 1 and orders[0] != 'both' else none)) }}
{% endmacro %}

{# month_first, day_first, both (contradictory) or none. #}
{% macro proven_date_order(cells) %}
    {%- set first_part, second_part, year_last, with_points = (cells[0] or 0) | int, (cells[1] or 0) | int, cells[2] | int, cells[3] | int -%}
    {%- if first_part > 12 and second_part > 12 -%}{{ return('both') }}
    {%- elif second_part > 12 -%}{{ return('month_first') }}
    {%- elif first_part > 12 or (year_last and with_points == year_last) -%}{{ return('day_first') }}{%- endif -%}
    {{ return('none') }}
{% endmacro %}

{# A format that source_mapping gives for a whole table, or for a column: {amount: decimal_comma}. #}
{% macro format_said(said, column_name) %}{{ return(said.get(column_name) if said is mapping else said) }}{% endmacro %}
