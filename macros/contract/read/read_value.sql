{#
    How a delivered value is read into its declared type: null where it cannot be read, which `rejected_rows` records. Columns
    of one kind are read alike, so the SQL of a kind is worked out once in a dbt command.
#}
{% macro read_value(column, delivery) %}
    {%- set readings = graph.setdefault('sales_kpis_readings', {}) -%}
    {%- set family, form = delivery.columns[column.name].family, delivery.forms.get(column.name) -%}
    {%- set kind = [column.type, column.epoch, family, form, delivery.currency, delivery.zone, delivery.epoch] | string -%}
    {%- if kind not in readings -%}{%- do readings.update({kind: sales_kpis.read_value_of_kind(':value:', column, family, form, delivery)}) -%}{%- endif -%}
    {{ return(readings[kind].replace(':value:', 'raw_rows.' ~ column.name)) }}
{% endmacro %}

{% macro read_value_of_kind(value, column, family, form, delivery) %}
    {%- if column.type == 'text' -%}{{ return(sales_kpis.read_text(value, family)) }}
    {%- elif column.type == 'int' -%}{{ return(sales_kpis.read_int(value, family, form, delivery.currency)) }}
    {%- elif column.type == 'decimal' -%}{{ return(sales_kpis.read_decimal(value, family, form, delivery.currency)) }}
    {%- elif column.type == 'rate' -%}{{ return(sales_kpis.read_decimal(value, family, type='rate')) }}
    {%- elif column.type == 'bool' -%}{{ return(sales_kpis.read_bool(value, family)) }}
    {%- elif column.type == 'date' -%}{{ return(sales_kpis.read_date(value, family, form)) }}
    {%- elif column.type == 'json' -%}{{ return(sales_kpis.as_json(value, family)) }}
    {%- elif column.type == 'nested' -%}{{ return(sales_kpis.as_json(value) if family == 'text' else value) }}
    {%- elif column.type == 'timestamp' and column.epoch == 'microseconds' and family in ('int', 'text') -%}{{ return(sales_kpis.read_microseconds(value, family, form, delivery.zone)) }}
    {%- elif column.type == 'timestamp' -%}{{ return(sales_kpis.read_moment(value, family, form, delivery.zone, delivery.get('epoch'))) }}
    {%- else -%}{{ exceptions.raise_compiler_error("Column " ~ column.name ~ " has the unknown data_type '" ~ column.type ~ "': use text, int, decimal, rate, bool, date, timestamp, json or nested.") }}
    {%- endif -%}
{% endmacro %}

{# A whole number that came as a float is an id without its '.0'. #}
{% macro read_text(value, family) %}
    {%- if family == 'text' -%}{{ return(value) }}
    {%- elif family == 'float' -%}{{ return('case when ' ~ value ~ ' = floor(' ~ value ~ ') and abs(' ~ value ~ ') < 1e15 then cast(cast(' ~ value ~ ' as bigint) as ' ~ dbt.type_string() ~ ') else ' ~ sales_kpis.float_as_text(value) ~ ' end') }}
    {%- else -%}{{ return(sales_kpis.as_text(value)) }}{%- endif -%}
{% endmacro %}

{#
    A plain number with a point, or what the form of the column says (forms_of); NaN and infinity are unreadable, on every
    engine. `currency` is SQL for the currency that a sign at a number must be of.
#}
{% macro read_decimal(value, family, form=none, currency=none, type='decimal') %}
    {%- set type = sales_kpis.sql_type(type) -%}
    {%- if family == 'text' and form -%}{{ return(sales_kpis.read_written_number(value, form, currency)) }}
    {%- elif family == 'text' -%}
        {{ return('case when ' ~ sales_kpis.matches(value, sales_kpis.plain_number_pattern()) ~ ' then try_cast(' ~ value ~ ' as ' ~ type ~ ') end') }}
    {%- elif family == 'bool' -%}{{ return('cast(null as ' ~ type ~ ')') }}
    {#- A float is the number that it is written as; engines round its binary value in different ways. -#}
    {%- elif family == 'float' -%}{{ return('try_cast(' ~ sales_kpis.as_text(value) ~ ' as ' ~ type ~ ')') }}
    {%- else -%}{{ return('try_cast(' ~ value ~ ' as ' ~ type ~ ')') }}{%- endif -%}
{% endmacro %}

{# A whole number; 12.0 is 12, 12.7 is unreadable rather than rounded. #}
{% macro read_int(value, family, form=none, currency=none) %}
    {%- if family == 'int' -%}{{ return('cast(' ~ value ~ ' as bigint)') }}{%- endif -%}
    {%- set number = sales_kpis.read_decimal(value, family, form, currency) -%}
    {{ return('case when ' ~ number ~ ' = floor(' ~ number ~ ') then try_cast(floor(' ~ number ~ ') as bigint) end') }}
{% endmacro %}

{% macro read_bool(value, family) %}
    {%- if family == 'bool' -%}{{ return(value) }}{%- endif -%}
    {%- set text = 'lower(' ~ (value if family == 'text' else sales_kpis.read_text(value, family)) ~ ')' -%}
    {%- set words = sales_kpis.words_of_flags() -%}
    {{ return('case when ' ~ text ~ " in ('" ~ words.yes | join("', '") ~ "') then true when " ~ text ~ " in ('" ~ words.no | join("', '") ~ "') then false end") }}
{% endmacro %}

{# The words of flags, in lower case; `kpis connect` knows the same ones (scripts/sales_kpis/connecting/written_values.py). #}
{% macro words_of_flags() %}
    {{ return({
        'yes': ['true', 't', 'yes', 'y', '1', '1.0', 'on', 'ja', 'oui', 'si', 's\u00ed', 'sim', 'wahr', 'vrai', 'verdadero', 'verdadeiro', 'vero'],
        'no': ['false', 'f', 'no', 'n', '0', '0.0', 'off', 'nein', 'nee', 'non', 'n\u00e3o', 'falsch', 'faux', 'falso'],
    }) }}
{% endmacro %}

{#
    A day, read from its own digits: 2025-03-01 or 2025/03/01 (a time of day after it is ignored), or as the form of the
    column says. Years before 1900 or after 2199 are slips of the pen and unreadable.
#}
{% macro read_date(value, family, form=none) %}
    {%- if family == 'text' and form and form.is_day_number -%}
        {%- set number = 'cast(floor(try_cast(case when ' ~ sales_kpis.matches(value, sales_kpis.day_number_pattern()) ~ ' then ' ~ value ~ ' end as double)) as int)' -%}
        {{ return('coalesce(' ~ sales_kpis.add_days("date '1899-12-30'", number) ~ ', try_cast(left(' ~ sales_kpis.iso_text(value, form) ~ ', 10) as date))') }}
    {%- elif family == 'text' -%}{{ return('try_cast(left(' ~ sales_kpis.iso_text(value, form) ~ ', 10) as date)') }}
    {%- elif family == 'date' -%}{%- set day = value -%}
    {%- elif family in ('timestamp', 'instant') -%}{%- set day = 'cast(' ~ value ~ ' as date)' -%}
    {%- else -%}{{ return('cast(null as date)') }}{%- endif -%}
    {{ return('case when ' ~ day ~ " between date '1900-01-01' and date '2199-12-31' then " ~ day ~ ' end') }}
{% endmacro %}

{#
    A moment in UTC; a text or timestamp without a zone of its own was read off a clock in `zone`. A value without a time
    of day is a local day, whatever the connector's clock: midnight in `reporting_time_zone`. The time of day is
    09:05, 9:05:00, 09:05:00.123 or, in a column that people have written, 9:05 PM, and its zone Z, UTC, +01, +0100 or
    +01:00, with a blank before it or not; anything else is unreadable, because engines make different things of it. A
    source whose vendor counts milliseconds since 1970 says `epoch: milliseconds`; in another a number is no moment, but
    for Excel's days in a column of them.
#}
{% macro read_moment(value, family, form, zone, epoch=none) %}
    {%- if family == 'text' and form and form.is_day_number -%}
        {%- set days = 'try_cast(case when ' ~ sales_kpis.matches(value, sales_kpis.day_number_pattern()) ~ ' then ' ~ value ~ ' end as double)' -%}
        {%- set clock = sales_kpis.moment_of_milliseconds('cast(round((' ~ days ~ ' - 25569) * 86400) as bigint) * 1000') -%}
        {{ return('coalesce(' ~ sales_kpis.clock_to_utc(clock, zone, days ~ ' = floor(' ~ days ~ ')') ~ ', ' ~ sales_kpis.read_moment(value, family, dict(form, is_day_number=false), zone, epoch) ~ ')') }}
    {%- elif family == 'text' -%}
        {%- set value = sales_kpis.with_24_hours(value) if form else value -%}
        {%- set zone_of_its_own = '(Z| ?UTC| ?[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)' -%}
        {%- set time_of_day = '[T ]([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?' -%}
        {%- set iso = sales_kpis.iso_text(value, form, '(' ~ time_of_day ~ zone_of_its_own ~ '?)?') -%}
        {%- set zoned = ':[0-9]{2}([.][0-9]+)?' ~ zone_of_its_own ~ '$' -%}
        {%- set milliseconds = '' -%}
        {%- if epoch == 'milliseconds' -%}
            {%- set number = "case when " ~ sales_kpis.matches(value, '^-?[0-9]{1,15}$') ~ " then cast(" ~ value ~ " as bigint) end" -%}
            {%- set milliseconds = 'when ' ~ sales_kpis.matches(value, '^-?[0-9]{1,15}$') ~ ' then ' ~ sales_kpis.moment_in_range(sales_kpis.moment_of_milliseconds(number)) ~ ' ' -%}
        {%- endif -%}
        {{ return('case ' ~ ('' if form else sales_kpis.quick_moment(value)) ~ milliseconds ~ 'when ' ~ sales_kpis.matches(value, zoned) ~ ' then ' ~ sales_kpis.read_zoned_moment('replace(replace(' ~ iso ~ ", ' +', '+'), ' -', '-')")
            ~ ' else ' ~ sales_kpis.clock_to_utc('try_cast(' ~ iso ~ ' as timestamp)', zone, 'not ' ~ sales_kpis.matches(value, '[0-9]:[0-9]')) ~ ' end') }}
    {%- elif family == 'instant' -%}{%- set moment = sales_kpis.instant_to_utc(value) -%}
    {%- elif family == 'date' -%}{%- set moment = sales_kpis.to_utc('cast(' ~ value ~ ' as timestamp)', sales_kpis.setting('reporting_time_zone')) -%}
    {%- elif family == 'timestamp' -%}{%- set moment = sales_kpis.to_utc('cast(' ~ value ~ ' as timestamp)', zone) -%}
    {%- elif epoch == 'milliseconds' and family in ('int', 'float', 'decimal') -%}
        {%- set moment = sales_kpis.moment_of_milliseconds('case when ' ~ value ~ ' between -2208988800000 and 7258118399999 then ' ~ value ~ ' end') -%}
    {%- else -%}{{ return('cast(null as timestamp)') }}{%- endif -%}
    {{ return(sales_kpis.moment_in_range(moment)) }}
{% endmacro %}

{# A clock's time in UTC: of `zone`, but a local day where the condition `is_day` holds. #}
{% macro clock_to_utc(clock, zone, is_day) %}
    {%- set local = sales_kpis.setting('reporting_time_zone') -%}
    {{ return(sales_kpis.to_utc(clock, zone) if zone == local else 'case when ' ~ is_day ~ ' then ' ~ sales_kpis.to_utc(clock, local) ~ ' else ' ~ sales_kpis.to_utc(clock, zone) ~ ' end') }}
{% endmacro %}

{# A moment of the years 1900 to 2199; any other is null. #}
{% macro moment_in_range(moment) %}{{ return('case when ' ~ moment ~ " between timestamp '1900-01-01 00:00:00' and timestamp '2199-12-31 23:59:59' then " ~ moment ~ ' end') }}{% endmacro %}

{#
    A moment that came as microseconds since 1970 in UTC, of the years 2001 to 2199; a text that is no such number is
    read as any other moment.
#}
{% macro read_microseconds(value, family, form, zone) %}
    {%- set number = 'try_cast(' ~ value ~ ' as bigint)' if family == 'text' else 'cast(' ~ value ~ ' as bigint)' -%}
    {%- set moment = 'case when ' ~ number ~ ' between 1000000000000000 and 7258118399999999 then ' ~ sales_kpis.moment_of_microseconds(number) ~ ' end' -%}
    {%- if family == 'int' -%}{{ return(moment) }}{%- endif -%}
    {{ return('case when ' ~ sales_kpis.matches(value, '^[0-9]{16}$') ~ ' then ' ~ moment ~ ' else ' ~ sales_kpis.read_moment(value, family, form, zone) ~ ' end') }}
{% endmacro %}

{#
    The text with its day in ISO form; null when it does not begin with a day that can be told, of the years 1900 to
    2199, or has another ending.
#}
{% macro iso_text(value, form, ending='([T ].*)?') %}
    {%- if form -%}{{ return(sales_kpis.written_day_as_iso(value, form.date_order, '[,]?' ~ ending)) }}{%- endif -%}
    {%- set year_first = '^(19|20|21)[0-9]{2}[-/]([0-9]{2})[-/]([0-9]{2})' ~ ending ~ '$' -%}
    {{ return('case when ' ~ sales_kpis.matches(value, year_first) ~ " then replace(" ~ value ~ ", '/', '-') end") }}
{% endmacro %}

{# A declared column's value; the native ids of an instance carry its name, so that those of two instances differ. #}
{% macro read_value_of_instance(column, contract, delivery) -%}
    {%- set value = sales_kpis.read_value(column, delivery) -%}
    {{ return("'" ~ contract.instance ~ ".' || " ~ value if contract.instance and column.is_native_id and column.type == 'text' else value) }}
{%- endmacro %}
