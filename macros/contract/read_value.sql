{# How a delivered value is read into its declared type: null where it cannot be read, which contract_issues records. #}
{% macro read_value(column, delivery) %}
    {%- set value = 'raw_rows.' ~ column.name -%}
    {%- set family = delivery.columns[column.name].family -%}
    {%- if column.type == 'text' -%}{{ return(sales_kpis.read_text(value, family)) }}
    {%- elif column.type == 'int' -%}{{ return(sales_kpis.read_int(value, family)) }}
    {%- elif column.type == 'decimal' -%}{{ return(sales_kpis.read_decimal(value, family)) }}
    {%- elif column.type == 'bool' -%}{{ return(sales_kpis.read_bool(value, family)) }}
    {%- elif column.type == 'date' -%}{{ return(sales_kpis.read_date(value, family, delivery.date_order.get(column.name))) }}
    {%- elif column.type == 'json' -%}{{ return(sales_kpis.as_json(value, family)) }}
    {%- elif column.type == 'nested' -%}{{ return(sales_kpis.as_json(value) if family == 'text' else value) }}
    {%- elif column.type == 'timestamp' and column.epoch == 'microseconds' and family in ('int', 'text') -%}{{ return(sales_kpis.read_microseconds(value, family, delivery.date_order.get(column.name), delivery.zone)) }}
    {%- elif column.type == 'timestamp' -%}{{ return(sales_kpis.read_moment(value, family, delivery.date_order.get(column.name), delivery.zone, delivery.get('epoch'))) }}
    {%- else -%}{{ exceptions.raise_compiler_error("Column " ~ column.name ~ " has the unknown data_type '" ~ column.type ~ "': use text, int, decimal, bool, date, timestamp, json or nested.") }}
    {%- endif -%}
{% endmacro %}

{# A whole number that came as a float is an id without its '.0'. #}
{% macro read_text(value, family) %}
    {%- if family == 'text' -%}{{ return(value) }}
    {%- elif family == 'float' -%}{{ return('case when ' ~ value ~ ' = floor(' ~ value ~ ') and abs(' ~ value ~ ') < 1e15 then cast(cast(' ~ value ~ ' as bigint) as ' ~ dbt.type_string() ~ ') else ' ~ sales_kpis.float_as_text(value) ~ ' end') }}
    {%- else -%}{{ return(sales_kpis.as_text(value)) }}{%- endif -%}
{% endmacro %}

{# A plain number with a point; thousands separators, currency signs, NaN and infinity are unreadable, on every engine. #}
{% macro read_decimal(value, family) %}
    {%- set type = sales_kpis.sql_type('decimal') -%}
    {%- if family == 'text' -%}
        {%- set pattern = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$' -%}
        {{ return('case when ' ~ sales_kpis.matches(value, pattern) ~ ' then try_cast(' ~ value ~ ' as ' ~ type ~ ') end') }}
    {%- elif family == 'bool' -%}{{ return('cast(null as ' ~ type ~ ')') }}
    {#- A float is the number that it is written as; engines round its binary value in different ways. -#}
    {%- elif family == 'float' -%}{{ return('try_cast(' ~ sales_kpis.as_text(value) ~ ' as ' ~ type ~ ')') }}
    {%- else -%}{{ return('try_cast(' ~ value ~ ' as ' ~ type ~ ')') }}{%- endif -%}
{% endmacro %}

{# A whole number; 12.0 is 12, 12.7 is unreadable rather than rounded. #}
{% macro read_int(value, family) %}
    {%- if family == 'int' -%}{{ return('cast(' ~ value ~ ' as bigint)') }}{%- endif -%}
    {%- set number = sales_kpis.read_decimal(value, family) -%}
    {{ return('case when ' ~ number ~ ' = floor(' ~ number ~ ') then try_cast(floor(' ~ number ~ ') as bigint) end') }}
{% endmacro %}

{% macro read_bool(value, family) %}
    {%- if family == 'bool' -%}{{ return(value) }}{%- endif -%}
    {%- set text = 'lower(' ~ (value if family == 'text' else sales_kpis.read_text(value, family)) ~ ')' -%}
    {{ return('case when ' ~ text ~ " in ('true', 't', 'yes', 'y', '1') then true when " ~ text ~ " in ('false', 'f', 'no', 'n', '0') then false end") }}
{% endmacro %}

{#
    A day, read from its own digits: 2025-03-01 (a time of day after it is ignored), 2025/03/01, or 3/1/2025 in the
    column's date order. Years before 1900 or after 2199 are slips of the pen and unreadable.
#}
{% macro read_date(value, family, date_order) %}
    {%- if family == 'text' -%}{{ return('try_cast(left(' ~ sales_kpis.iso_text(value, date_order) ~ ', 10) as date)') }}
    {%- elif family == 'date' -%}{%- set day = value -%}
    {%- elif family in ('timestamp', 'instant') -%}{%- set day = 'cast(' ~ value ~ ' as date)' -%}
    {%- else -%}{{ return('cast(null as date)') }}{%- endif -%}
    {{ return('case when ' ~ day ~ " between date '1900-01-01' and date '2199-12-31' then " ~ day ~ ' end') }}
{% endmacro %}

{#
    A moment in UTC; a text or timestamp without a zone of its own was read off a clock in `zone`. The time of day is
    09:05, 9:05:00 or 09:05:00.123, and its zone Z, UTC, +01, +0100 or +01:00, with a blank before it or not; anything
    else, such as 9:05 PM, is unreadable, because engines make different things of it. A source whose vendor counts
    milliseconds since 1970 says `epoch: milliseconds`; in another a number is no moment.
#}
{% macro read_moment(value, family, date_order, zone, epoch=none) %}
    {%- if family == 'text' -%}
        {%- set zone_of_its_own = '(Z| ?UTC| ?[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)' -%}
        {%- set time_of_day = '[T ]([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?' -%}
        {%- set iso = sales_kpis.iso_text(value, date_order, '(' ~ time_of_day ~ zone_of_its_own ~ '?)?') -%}
        {%- set zoned = ':[0-9]{2}([.][0-9]+)?' ~ zone_of_its_own ~ '$' -%}
        {%- set milliseconds = '' -%}
        {%- if epoch == 'milliseconds' -%}
            {%- set number = "case when " ~ sales_kpis.matches(value, '^-?[0-9]{1,15}$') ~ " then cast(" ~ value ~ " as bigint) end" -%}
            {%- set milliseconds = 'when ' ~ sales_kpis.matches(value, '^-?[0-9]{1,15}$') ~ ' then ' ~ sales_kpis.moment_in_range(sales_kpis.moment_of_milliseconds(number)) ~ ' ' -%}
        {%- endif -%}
        {{ return('case ' ~ milliseconds ~ 'when ' ~ sales_kpis.matches(value, zoned) ~ ' then ' ~ sales_kpis.read_zoned_moment('replace(replace(' ~ iso ~ ", ' +', '+'), ' -', '-')")
            ~ ' else ' ~ sales_kpis.to_utc('try_cast(' ~ iso ~ ' as timestamp)', zone) ~ ' end') }}
    {%- elif family == 'instant' -%}{%- set moment = sales_kpis.instant_to_utc(value) -%}
    {%- elif family in ('timestamp', 'date') -%}{%- set moment = sales_kpis.to_utc('cast(' ~ value ~ ' as timestamp)', zone) -%}
    {%- elif epoch == 'milliseconds' and family in ('int', 'float', 'decimal') -%}
        {%- set moment = sales_kpis.moment_of_milliseconds('case when ' ~ value ~ ' between -2208988800000 and 7258118399999 then ' ~ value ~ ' end') -%}
    {%- else -%}{{ return('cast(null as timestamp)') }}{%- endif -%}
    {{ return(sales_kpis.moment_in_range(moment)) }}
{% endmacro %}

{# A moment of the years 1900 to 2199; any other is null. #}
{% macro moment_in_range(moment) %}{{ return('case when ' ~ moment ~ " between timestamp '1900-01-01 00:00:00' and timestamp '2199-12-31 23:59:59' then " ~ moment ~ ' end') }}{% endmacro %}

{#
    A moment that came as microseconds since 1970 in UTC, of the years 2001 to 2199; a text that is no such number is
    read as any other moment.
#}
{% macro read_microseconds(value, family, date_order, zone) %}
    {%- set number = 'try_cast(' ~ value ~ ' as bigint)' if family == 'text' else 'cast(' ~ value ~ ' as bigint)' -%}
    {%- set moment = 'case when ' ~ number ~ ' between 1000000000000000 and 7258118399999999 then ' ~ sales_kpis.moment_of_microseconds(number) ~ ' end' -%}
    {%- if family == 'int' -%}{{ return(moment) }}{%- endif -%}
    {{ return('case when ' ~ sales_kpis.matches(value, '^[0-9]{16}$') ~ ' then ' ~ moment ~ ' else ' ~ sales_kpis.read_moment(value, family, date_order, zone) ~ ' end') }}
{% endmacro %}

{#
    The text with its day in ISO form; null when it does not begin with a day that can be told, of the years 1900 to
    2199, or has another ending.
#}
{% macro iso_text(value, date_order, ending='([T ].*)?') %}
    {%- set year = '((?:19|20|21)[0-9]{2})' -%}
    {%- set year_first = '^' ~ year ~ '[-/]([0-9]{2})[-/]([0-9]{2})' ~ ending ~ '$' -%}
    {%- set year_last = '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]' ~ year ~ '(' ~ ending ~ ')$' -%}
    {%- set branches = ['when ' ~ sales_kpis.matches(value, year_first) ~ " then replace(" ~ value ~ ", '/', '-')"] -%}
    {%- if date_order -%}
        {%- set month_group, day_group = (1, 2) if date_order == 'month_first' else (2, 1) -%}
        {%- do branches.append('when ' ~ sales_kpis.matches(value, year_last) ~ ' then ' ~ sales_kpis.extract_match(value, year_last, 3)
            ~ " || '-' || lpad(" ~ sales_kpis.extract_match(value, year_last, month_group) ~ ", 2, '0')"
            ~ " || '-' || lpad(" ~ sales_kpis.extract_match(value, year_last, day_group) ~ ", 2, '0')"
            ~ ' || ' ~ sales_kpis.extract_match(value, year_last, 4)) -%}
    {%- endif -%}
    {{ return('case ' ~ branches | join(' ') ~ ' end') }}
{% endmacro %}

{#
    Whether 3/1/2025 is March 1 or January 3, for each day column that is text: what source_mapping says (date_order:
    month_first or day_first), else what the column's own values prove (a part above 12), else undecided and unreadable,
    because a guess could move revenue into another month in silence.
#}
{% macro date_orders(contract, delivery, mapping) %}
    {%- set orders = {} -%}
    {%- set undecided = [] -%}
    {%- for column in contract.columns if column.type in ('date', 'timestamp') and delivery.columns[column.name].raw_name is not none and delivery.columns[column.name].family == 'text' -%}
        {%- if mapping.get('date_order') -%}{%- do orders.update({column.name: mapping.date_order}) -%}
        {%- else -%}{%- do undecided.append(column.name) -%}{%- endif -%}
    {%- endfor -%}
    {%- if undecided and mapping.get('rows') is none -%}
        {%- set year_last = '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}([T ].*)?$' -%}
        {%- set parts = [] -%}
        {%- for name in undecided -%}
            {%- for group in (1, 2) -%}
                {%- do parts.append('max(case when ' ~ sales_kpis.matches('raw_rows.' ~ name, year_last) ~ ' then cast(' ~ sales_kpis.extract_match('raw_rows.' ~ name, year_last, group) ~ ' as int) end)') -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set largest = run_query('select ' ~ parts | join(', ') ~ ' from (' ~ sales_kpis.raw_rows_sql(contract, delivery, undecided) ~ ') as raw_rows')[0] -%}
        {%- for name in undecided -%}
            {%- set first_part, second_part = largest[2 * loop.index0] or 0, largest[2 * loop.index0 + 1] or 0 -%}
            {%- if second_part > 12 and first_part <= 12 -%}{%- do orders.update({name: 'month_first'}) -%}
            {%- elif first_part > 12 and second_part <= 12 -%}{%- do orders.update({name: 'day_first'}) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(orders) }}
{% endmacro %}
