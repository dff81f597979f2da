{# Days with the year last, and its parts: 1 and 2 day and month in some order, 3 the year, 4 what follows. #}
{% macro year_last_pattern(ending='([T ,].*)?') %}{{ return('^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]((?:19|20|21)?[0-9]{2})(' ~ ending ~ ')$') }}{% endmacro %}

{# Days since 1899-12-30, of the years 1970 to 2099, with a fraction for the time of day. #}
{% macro day_number_pattern() %}{{ return('^(2[6-9]|[3-6][0-9]|7[0-2])[0-9]{3}([.][0-9]+)?$') }}{% endmacro %}

{#
    A day as people write it, in ISO form with what follows it; null where it cannot be told. Two-digit years
    from 70 to 99 are the last century's. Names of months are English.
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
