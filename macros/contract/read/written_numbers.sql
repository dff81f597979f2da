{# A number with a point. In a file written by people 12.500 is none: the point may separate thousands. #}
{% macro plain_number_pattern(is_written_by_people=false) %}
    {%- set digits = '[0-9]+[.]?|[0-9]*[.]([0-9]{1,2}|[0-9]{4,})|([0-9]{4,}|0)?[.][0-9]{3}' if is_written_by_people else '[0-9]+[.]?[0-9]*|[.][0-9]+' -%}
    {{ return('^[+-]?(' ~ digits ~ ')([eE][+-]?[0-9]+)?$') }}
{% endmacro %}

{#
    Signs beside a number: a currency's sign or code, a percent sign, brackets or a minus, also behind it, for a negative
    one. Blanks may be no-break spaces; ’ is the Swiss separator of thousands. The dash of 1200.- stands for no fraction.
#}
{% macro number_pattern(body) %}
    {%- set blank = '[ \\x{00A0}\\x{202F}]?' -%}
    {%- set sign = '([A-Za-z]{3}|[A-Z]{0,2}\\p{Sc}|kr[.]?|z\\x{0142}|K\\x{010D}|Fr[.]?|Ft|lei)' -%}
    {%- set minus = '[+\\x{2212}-]?' -%}
    {{ return('^([(]?' ~ minus ~ blank ~ sign ~ '?' ~ blank ~ minus ~ '[(]?)(' ~ body ~ ')([\\x{2212}-]?' ~ blank ~ '(' ~ sign ~ '|%)?[)]?)$') }}
{% endmacro %}

{# A fraction as regular expression: digits, or the dash that stands for none. #}
{% macro written_fraction() %}{{ return('(?:[0-9]*|[\\x{2013}\\x{2014}-]{1,2})') }}{% endmacro %}

{# Digits in groups of three (in India also of two, with commas), and their fraction. #}
{% macro number_body(form) %}
    {%- set blank_or_mark = '[ \\x{00A0}\\x{202F}\\x{2019}\\x{0027}]' -%}
    {%- set blank_groups = '[0-9]{1,3}(?:' ~ blank_or_mark ~ '[0-9]{3})+' -%}
    {%- if form == 'comma' -%}{{ return('(?:[0-9]{1,3}(?:[.][0-9]{3})+|' ~ blank_groups ~ '|[0-9]+)(?:,' ~ sales_kpis.written_fraction() ~ ')?|,[0-9]+') }}{%- endif -%}
    {%- if form == 'any' -%}{{ return('[0-9](?:(?:[0-9.,]|' ~ blank_or_mark ~ ')*(?:[0-9.,]|[.,]' ~ sales_kpis.written_fraction() ~ '))?|[.,][0-9]+') }}{%- endif -%}
    {{ return('(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|' ~ blank_groups ~ '|[0-9]+)(?:[.]' ~ sales_kpis.written_fraction() ~ ')?|[.][0-9]+') }}
{% endmacro %}

{# A body that one separator of fractions alone can explain; `point` and `comma` are mirror images of each other. #}
{% macro proving_body(form) %}
    {%- set point, comma = ('[.]', ',') if form == 'point' else (',', '[.]') -%}
    {%- set blank_or_mark = '[ \\x{00A0}\\x{202F}\\x{2019}\\x{0027}]' -%}
    {{ return('^(' ~ [
        '[0-9]{1,3}(' ~ comma ~ '[0-9]{2,3})*' ~ comma ~ '[0-9]{3}' ~ point ~ sales_kpis.written_fraction(),
        '[0-9]{1,3}(' ~ comma ~ '[0-9]{2,3})+' ~ comma ~ '[0-9]{3}',
        '([0-9]|' ~ blank_or_mark ~ ')*' ~ point ~ '([0-9]{1,2}|[0-9]{4,}|[\\x{2013}\\x{2014}-]{1,2})',
        '([0-9]{4,}|0|[0-9]{1,3}(' ~ blank_or_mark ~ '[0-9]{3})+)?' ~ point ~ '[0-9]{3}',
    ] | join('|') ~ ')$') }}
{% endmacro %}

{# 12.500 and 12,500: thousands or a fraction. #}
{% macro ambiguous_body() %}{{ return('^[1-9][0-9]{0,2}[.,][0-9]{3}$') }}{% endmacro %}

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
    {%- set minus = "case when " ~ sales_kpis.matches(value, '^[^0-9.,]*[(\\x{2212}-]|[0-9][\\x{2212}-][^0-9]*$') ~ " then '-' else '' end" -%}
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
    {%- set reporting = "'" ~ sales_kpis.setting('reporting_currency') ~ "'" -%}
    {{ return('coalesce(upper(raw_rows.' ~ name ~ '), ' ~ reporting ~ ')' if name else reporting) }}
{% endmacro %}
