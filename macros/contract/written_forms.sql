{#
    How people and spreadsheets write numbers and days in text. The form is decided once for a column: source_mapping says
    it (`number_format`, `date_order`), else the column's own values prove it, else those of the table's other columns;
    nothing is guessed. What one form cannot read is unreadable, and `check_sources` stops where that is much.

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

{# A number with a point. In a file written by people 12.500 is none: the point may separate thousands. #}
{% macro plain_number_pattern(is_written_by_people=false) %}
    {%- set digits = '[0-9]+[.]?|[0-9]*[.]([0-9]{1,2}|[0-9]{4,})|([0-9]{4,}|0)?[.][0-9]{3}' if is_written_by_people else '[0-9]+[.]?[0-9]*|[.][0-9]+' -%}
    {{ return('^[+-]?(' ~ digits ~ ')([eE][+-]?[0-9]+)?$') }}
{% endmacro %}

{#
    Signs beside a number: a currency's sign or code, a percent sign, brackets or a minus for a negative one. Blanks may
    be no-break spaces; ’ is the Swiss separator of thousands.
#}
{% macro number_pattern(body) %}
    {%- set blank = '[ \\x{00A0}\\x{202F}]?' -%}
    {%- set sign = '([A-Z]{3}|[A-Z]{0,2}\\p{Sc}|kr[.]?|z\\x{0142}|K\\x{010D}|Fr[.]?|Ft|lei)' -%}
    {%- set minus = '[+\\x{2212}-]?' -%}
    {{ return('^([(]?' ~ minus ~ blank ~ sign ~ '?' ~ blank ~ minus ~ ')(' ~ body ~ ')(' ~ blank ~ '(' ~ sign ~ '|%)?[)]?)$') }}
{% endmacro %}

{# Digits in groups of three (in India also of two, with commas), and their fraction. #}
{% macro number_body(form) %}
    {%- set blank_or_mark = '[ \\x{00A0}\\x{202F}\\x{2019}\\x{0027}]' -%}
    {%- set blank_groups = '[0-9]{1,3}(?:' ~ blank_or_mark ~ '[0-9]{3})+' -%}
    {%- if form == 'comma' -%}{{ return('(?:[0-9]{1,3}(?:[.][0-9]{3})+|' ~ blank_groups ~ '|[0-9]+)(?:,[0-9]*)?|,[0-9]+') }}{%- endif -%}
    {%- if form == 'any' -%}{{ return('[0-9](?:(?:[0-9.,]|' ~ blank_or_mark ~ ')*[0-9.,])?|[.,][0-9]+') }}{%- endif -%}
    {{ return('(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|' ~ blank_groups ~ '|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+') }}
{% endmacro %}

{# A body that one separator of fractions alone can explain; `point` and `comma` are mirror images of each other. #}
{% macro proving_body(form) %}
    {%- set point, comma = ('[.]', ',') if form == 'point' else (',', '[.]') -%}
    {%- set blank_or_mark = '[ \\x{00A0}\\x{202F}\\x{2019}\\x{0027}]' -%}
    {{ return('^(' ~ [
        '[0-9]{1,3}(' ~ comma ~ '[0-9]{2,3})*' ~ comma ~ '[0-9]{3}' ~ point ~ '[0-9]*',
        '[0-9]{1,3}(' ~ comma ~ '[0-9]{2,3})+' ~ comma ~ '[0-9]{3}',
        '([0-9]|' ~ blank_or_mark ~ ')*' ~ point ~ '([0-9]{1,2}|[0-9]{4,})',
        '([0-9]{4,}|0|[0-9]{1,3}(' ~ blank_or_mark ~ '[0-9]{3})+)?' ~ point ~ '[0-9]{3}',
    ] | join('|') ~ ')$') }}
{% endmacro %}

{# 12.500 and 12,500: thousands or a fraction. #}
{% macro ambiguous_body() %}{{ return('^[1-9][0-9]{0,2}[.,][0-9]{3}$') }}{% endmacro %}

{# Days with the year last, and its parts: 1 and 2 day and month in some order, 3 the year, 4 what follows. #}
{% macro year_last_pattern(ending='([T ,].*)?') %}{{ return('^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]((?:19|20|21)?[0-9]{2})(' ~ ending ~ ')$') }}{% endmacro %}

{# What the values of the columns say of their form: column → its counts, in one scan. #}
{% macro evidence_of_forms(contract, delivery, columns) %}
    {%- set types = {} -%}
    {%- for column in columns -%}{%- do types.update({column.name: column.type}) -%}{%- endfor -%}
    {{ return(sales_kpis.evidence_in_rows(sales_kpis.raw_rows_sql(contract, delivery, types.keys() | list), types)) }}
{% endmacro %}

{# What the texts in the columns of a query prove: by column its type (`types`) and six cells. #}
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
    {%- set tolerated = var('max_unreadable_share') | float -%}
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

{# Days since 1899-12-30, of the years 1970 to 2099, with a fraction for the time of day. #}
{% macro day_number_pattern() %}{{ return('^(2[6-9]|[3-6][0-9]|7[0-2])[0-9]{3}([.][0-9]+)?$') }}{% endmacro %}

{# A written number as SQL: null where its form, or its currency sign, is not that of the column. #}
{% macro read_written_number(value, form, currency) %}
    {%- set type = sales_kpis.sql_type('decimal') -%}
    {%- set body_form = 'comma' if form.number == 'comma' else 'point' -%}
    {%- set pattern = sales_kpis.number_pattern(sales_kpis.number_body(body_form)) -%}
    {%- set body = sales_kpis.extract_match(value, pattern, 3) -%}
    {%- set conditions = [sales_kpis.matches(value, pattern)] -%}
    {%- if form.number == 'undecided' -%}{%- do conditions.append('not ' ~ sales_kpis.matches(body, sales_kpis.ambiguous_body())) -%}{%- endif -%}
    {%- if form.has_signs -%}{%- do conditions.append(sales_kpis.sign_fits_currency(value, pattern, currency)) -%}{%- endif -%}
    {%- set digits = sales_kpis.replace_matches(body, '[^0-9,]' if body_form == 'comma' else '[^0-9.]', '') -%}
    {%- set number = "replace(" ~ digits ~ ", ',', '.')" if body_form == 'comma' else digits -%}
    {%- set minus = "case when " ~ sales_kpis.matches(value, '^[^0-9.,]*[(\\x{2212}-]') ~ " then '-' else '' end" -%}
    {{ return('case ' ~ ('' if body_form == 'comma' else 'when ' ~ sales_kpis.matches(value, sales_kpis.plain_number_pattern(form.number == 'undecided')) ~ ' then try_cast(' ~ value ~ ' as ' ~ type ~ ') ')
        ~ 'when ' ~ conditions | join(' and ') ~ ' then try_cast(' ~ minus ~ ' || ' ~ number ~ ' as ' ~ type ~ ') end') }}
{% endmacro %}

{# Whether the sign or code at a number is that of a currency; several currencies share $, ¥ and kr. #}
{% macro sign_fits_currency(value, pattern, currency) %}
    {%- set sign = "upper(replace(" ~ sales_kpis.extract_match(value, pattern, 2) ~ " || " ~ sales_kpis.extract_match(value, pattern, 6) ~ ", '.', ''))" -%}
    {%- set signs = {
        '$': "in ('USD', 'AUD', 'CAD', 'NZD', 'SGD', 'HKD', 'TWD', 'MXN', 'ARS', 'CLP', 'COP', 'UYU')", 'US$': "= 'USD'", 'A$': "= 'AUD'", 'C$': "= 'CAD'", 'CA$': "= 'CAD'", 'NZ$': "= 'NZD'",
        'S$': "= 'SGD'", 'HK$': "= 'HKD'", 'NT$': "= 'TWD'", 'MX$': "= 'MXN'", 'R$': "= 'BRL'", '\u20ac': "= 'EUR'", '\u00a3': "= 'GBP'", '\u00a5': "in ('JPY', 'CNY')", 'CN\u00a5': "= 'CNY'", '\u20b9': "= 'INR'",
        '\u20bd': "= 'RUB'", '\u20a9': "= 'KRW'", '\u20ba': "= 'TRY'", '\u20ab': "= 'VND'", '\u20aa': "= 'ILS'", '\u20b4': "= 'UAH'", '\u20a6': "= 'NGN'", '\u20b1': "= 'PHP'", '\u0e3f': "= 'THB'",
        'KR': "in ('SEK', 'NOK', 'DKK', 'ISK')", 'Z\u0141': "= 'PLN'", 'K\u010c': "= 'CZK'", 'FR': "= 'CHF'", 'FT': "= 'HUF'", 'LEI': "in ('RON', 'MDL')",
    } -%}
    {%- set branches = [] -%}
    {%- for name, fits in signs.items() -%}{%- do branches.append("when '" ~ name ~ "' then " ~ currency ~ ' ' ~ fits) -%}{%- endfor -%}
    {{ return("case " ~ sign ~ " when '' then true " ~ branches | join(' ') ~ ' else ' ~ sign ~ ' = ' ~ currency ~ ' end') }}
{% endmacro %}

{# The currency of a raw row: its own column, else the reporting currency. #}
{% macro currency_of_row(contract, delivery) %}
    {%- set name = sales_kpis.currency_column(contract, delivery) -%}
    {%- set reporting = "'" ~ var('reporting_currency') ~ "'" -%}
    {{ return('coalesce(upper(raw_rows.' ~ name ~ '), ' ~ reporting ~ ')' if name else reporting) }}
{% endmacro %}

{% macro currency_column(contract, delivery) %}
    {%- for column in contract.columns if column.name in ('currency', 'currency_iso_code', 'deal_currency_code', 'hs_currency_code') and delivery.columns[column.name].raw_name is not none -%}
        {{ return(column.name) }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{#
    A day as people write it, in ISO form with what follows it; null where it cannot be told. Of a two-digit year 70 to 99
    are the last century's. Names of months are English.
#}
{% macro written_day_as_iso(value, date_order, ending) %}
    {%- set year = '((?:19|20|21)[0-9]{2})' -%}
    {%- set months = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*' -%}
    {%- set year_first = '^' ~ year ~ '[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(' ~ ending ~ ')$' -%}
    {%- set compact = '^' ~ year ~ '(0[1-9]|1[0-2])([0-3][0-9])(' ~ ending ~ ')$' -%}
    {%- set day_month = '(?i)^([0-9]{1,2})[. /-]*' ~ months ~ '[., /-]*((?:19|20|21)?[0-9]{2})(' ~ ending ~ ')$' -%}
    {%- set month_day = '(?i)^' ~ months ~ '[. ]+([0-9]{1,2})(?:st|nd|rd|th)?,? +' ~ year ~ '(' ~ ending ~ ')$' -%}
    {%- set year_last = sales_kpis.year_last_pattern(ending) -%}
    {%- set branches = [] -%}
    {%- for pattern, places in [(year_first, (1, 2, 3)), (compact, (1, 2, 3)), (day_month, (3, 2, 1)), (month_day, (3, 1, 2))] + ([(year_last, (3, 1, 2) if date_order == 'month_first' else (3, 2, 1))] if date_order else []) -%}
        {%- set parts = [] -%}
        {%- for place in places -%}{%- do parts.append(sales_kpis.extract_match(value, pattern, place)) -%}{%- endfor -%}
        {%- set month = "lpad(" ~ parts[1] ~ ", 2, '0')" -%}
        {%- if 'jan|' in pattern -%}
            {%- set month = "lpad(cast(cast((" ~ "position(lower(left(" ~ parts[1] ~ ", 3)) in 'janfebmaraprmayjunjulaugsepoctnovdec')" ~ " + 2) / 3 as int) as " ~ dbt.type_string() ~ "), 2, '0')" -%}
        {%- endif -%}
        {%- set full_year = parts[0] if pattern in (year_first, compact, month_day) else "case when length(" ~ parts[0] ~ ") = 4 then '' when " ~ parts[0] ~ " >= '70' then '19' else '20' end || " ~ parts[0] -%}
        {%- do branches.append('when ' ~ sales_kpis.matches(value, pattern) ~ ' then ' ~ full_year ~ " || '-' || " ~ month ~ " || '-' || lpad(" ~ parts[2] ~ ", 2, '0') || " ~ sales_kpis.extract_match(value, pattern, 4)) -%}
    {%- endfor -%}
    {{ return('case ' ~ branches | join(' ') ~ ' end') }}
{% endmacro %}

{# 2:05 PM as 14:05, behind whatever day it follows; any other text as it is. #}
{% macro with_24_hours(value) %}
    {%- set pattern = '^(.*[0-9])[T ,]+(0?[1-9]|1[0-2]):([0-5][0-9])(:[0-5][0-9])? ?([AaPp])[.]?[Mm][.]?$' -%}
    {%- set hour = 'try_cast(' ~ sales_kpis.extract_match(value, pattern, 2) ~ ' as int) % 12 + case when lower(' ~ sales_kpis.extract_match(value, pattern, 5) ~ ") = 'p' then 12 else 0 end" -%}
    {{ return('case when ' ~ sales_kpis.matches(value, pattern) ~ ' then ' ~ sales_kpis.extract_match(value, pattern, 1) ~ " || ' ' || lpad(cast(" ~ hour ~ ' as ' ~ dbt.type_string() ~ "), 2, '0') || ':' || "
        ~ sales_kpis.extract_match(value, pattern, 3) ~ ' || ' ~ sales_kpis.extract_match(value, pattern, 4) ~ ' else ' ~ value ~ ' end') }}
{% endmacro %}

{# The sentence for a number that can be read in two ways, in a table where nothing proves which. #}
{% macro undecided_number_error(contract, column, form) %}
    {{ return("Column " ~ contract.source ~ "." ~ contract.table ~ "." ~ column.name ~ " has " ~ form.ambiguous ~ " numbers that can be read in two ways (such as '" ~ form.examples | join("' and '")
        ~ "'), and no value proves which: write number_format: decimal_comma or decimal_point in source_mapping (" ~ contract.source ~ ": {" ~ contract.table ~ ": {number_format: decimal_comma}}).") }}
{% endmacro %}

{# The sentence for a column that cannot be read to a large part. #}
{% macro unreadable_column_error(contract, column, found, values) %}
    {%- set place = contract.source ~ ": {" ~ contract.table ~ ": {" -%}
    {%- if column.type in ('int', 'decimal') -%}
        {%- set hint = "write its form in source_mapping (" ~ place ~ "number_format: decimal_comma}}, or decimal_point; a currency at a number must be the row's own, else " ~ var('reporting_currency') ~ ")" -%}
    {%- elif column.type in ('date', 'timestamp') -%}
        {%- set hint = "write which comes first in source_mapping (" ~ place ~ "date_order: day_first}}, or month_first; date_format is another name for it)" -%}
    {%- else -%}{%- set hint = "map the column that is meant in source_mapping (" ~ place ~ "columns: {" ~ column.name ~ ": <its name>}}})" -%}{%- endif -%}
    {{ return("Column " ~ contract.source ~ "." ~ contract.table ~ "." ~ column.name ~ " cannot be read as " ~ column.type ~ " in " ~ found.unreadable_values ~ " of " ~ values ~ " values"
        ~ (" (such as '" ~ found.examples | join("' and '") ~ "')" if found.examples else '') ~ ": " ~ hint ~ ", correct the values, or leave the column out (" ~ place ~ "columns: {" ~ column.name ~ ": null}}}).") }}
{% endmacro %}
