{# Dates and moments. A moment (`…_at`) is a timestamp without zone that is in UTC; a day (`…_date`) is in the reporting time zone. #}

{# A moment read off a clock in `zone` becomes UTC: the later one of an hour that comes twice, an hour on in one that is left out. #}
{% macro to_utc(expression, zone) %}{{ return(adapter.dispatch('to_utc', 'sales_kpis')(expression, zone)) }}{% endmacro %}
{% macro duckdb__to_utc(expression, zone) %}timezone('UTC', timezone('{{ zone }}', {{ expression }})){% endmacro %}
{#- Spark takes the earlier one; an hour later both are told apart. (Of clocks that change by an hour, which all but one do.) -#}
{% macro spark__to_utc(expression, zone) -%}
    {%- if zone == 'UTC' -%}{{ expression }}
    {%- else -%}greatest(to_utc_timestamp({{ expression }}, '{{ zone }}'), to_utc_timestamp({{ expression }} + interval 1 hour, '{{ zone }}') - interval 1 hour)
    {%- endif -%}
{%- endmacro %}

{# The day on which a UTC moment falls in `zone`. #}
{% macro local_date(expression, zone=none) %}{{ return(adapter.dispatch('local_date', 'sales_kpis')(expression, zone or sales_kpis.setting('reporting_time_zone'))) }}{% endmacro %}
{% macro duckdb__local_date(expression, zone) %}cast(timezone('{{ zone }}', timezone('UTC', {{ expression }})) as date){% endmacro %}
{% macro spark__local_date(expression, zone) %}cast(from_utc_timestamp({{ expression }}, '{{ zone }}') as date){% endmacro %}

{# A text that carries its own zone or offset becomes a UTC moment; null where it is none. #}
{% macro read_zoned_moment(expression) %}{{ return(adapter.dispatch('read_zoned_moment', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__read_zoned_moment(expression) %}timezone('UTC', try_cast({{ expression }} as timestamptz)){% endmacro %}
{#- Spark wants the seconds before a zone. -#}
{% macro spark__read_zoned_moment(expression) %}try_cast({{ sales_kpis.replace_matches(expression, '^(.{10}.[0-9]{1,2}:[0-9]{2})(Z| ?UTC|[+-])', '\\1:00\\2') }} as timestamp){% endmacro %}

{#
    A first branch for the moments of a `case`, or nothing: most connectors write 2025-03-01T09:05:00.123Z, which DuckDB then reads in
    half the time that it takes to tell all spellings apart. The branch reads them alike, so that an engine may do without.
#}
{% macro quick_moment(expression) %}{{ return(adapter.dispatch('quick_moment', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__quick_moment(expression) %}when {{ sales_kpis.matches(expression, '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?(Z|[+]00:00)$') }} then try_cast({{ expression }} as timestamp) {% endmacro %}
{% macro spark__quick_moment(expression) %}{% endmacro %}

{# Whole calendar days from one date to another. #}
{% macro days_between(first_date, second_date) %}{{ return(adapter.dispatch('days_between', 'sales_kpis')(first_date, second_date)) }}{% endmacro %}
{% macro duckdb__days_between(first_date, second_date) %}date_diff('day', {{ first_date }}, {{ second_date }}){% endmacro %}
{% macro spark__days_between(first_date, second_date) %}datediff({{ second_date }}, {{ first_date }}){% endmacro %}

{# Hours from one moment to another, with their fractions. #}
{% macro hours_between(first_moment, second_moment) %}{{ return(adapter.dispatch('hours_between', 'sales_kpis')(first_moment, second_moment)) }}{% endmacro %}
{% macro duckdb__hours_between(first_moment, second_moment) %}cast(epoch_us({{ second_moment }}) - epoch_us({{ first_moment }}) as double) / 3600000000{% endmacro %}
{% macro spark__hours_between(first_moment, second_moment) %}cast(unix_micros({{ second_moment }}) - unix_micros({{ first_moment }}) as double) / 3600000000{% endmacro %}

{% macro add_days(date_expression, days) %}{{ return(adapter.dispatch('add_days', 'sales_kpis')(date_expression, days)) }}{% endmacro %}
{% macro duckdb__add_days(date_expression, days) %}cast({{ date_expression }} + to_days(cast({{ days }} as integer)) as date){% endmacro %}
{% macro spark__add_days(date_expression, days) %}date_add({{ date_expression }}, cast({{ days }} as int)){% endmacro %}

{# Calendar months later (or earlier); a day that the month does not have becomes its last. #}
{% macro add_months_to(date_expression, months) %}{{ return(adapter.dispatch('add_months_to', 'sales_kpis')(date_expression, months)) }}{% endmacro %}
{% macro duckdb__add_months_to(date_expression, months) %}cast({{ date_expression }} + to_months(cast({{ months }} as integer)) as date){% endmacro %}
{% macro spark__add_months_to(date_expression, months) %}add_months({{ date_expression }}, cast({{ months }} as int)){% endmacro %}

{# First day of the day's ISO week, month, quarter or year. #}
{% macro start_of(grain, date_expression) %}cast({{ dbt.date_trunc(grain, date_expression) }} as date){% endmacro %}

{# Number of the ISO week, 1 to 53. #}
{% macro iso_week(date_expression) %}{{ return(adapter.dispatch('iso_week', 'sales_kpis')(date_expression)) }}{% endmacro %}
{% macro default__iso_week(date_expression) %}cast(extract(week from {{ date_expression }}) as integer){% endmacro %}

{# 1 = Monday to 7 = Sunday. #}
{% macro iso_weekday(date_expression) %}{{ return(adapter.dispatch('iso_weekday', 'sales_kpis')(date_expression)) }}{% endmacro %}
{% macro duckdb__iso_weekday(date_expression) %}cast(isodow({{ date_expression }}) as integer){% endmacro %}
{% macro spark__iso_weekday(date_expression) %}cast(weekday({{ date_expression }}) + 1 as integer){% endmacro %}

{# A query of one column `date_day`: each day from the first to the last, both included. #}
{% macro days_from_to(first_date, last_date, relation) %}{{ return(adapter.dispatch('days_from_to', 'sales_kpis')(first_date, last_date, relation)) }}{% endmacro %}
{% macro duckdb__days_from_to(first_date, last_date, relation) %}
select cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date) as date_day
from {{ relation }}
{% endmacro %}
{% macro spark__days_from_to(first_date, last_date, relation) %}
select explode(sequence({{ first_date }}, {{ last_date }}, interval 1 day)) as date_day
from {{ relation }}
{% endmacro %}

{# The day up to which the company is known: the setting `as_of_date`, included to its last second. #}
{% macro as_of_date() %}cast('{{ sales_kpis.setting('as_of_date') }}' as date){% endmacro %}

{# A typed instant (timestamp with zone) as a UTC moment. #}
{% macro instant_to_utc(expression) %}{{ return(adapter.dispatch('instant_to_utc', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__instant_to_utc(expression) %}timezone('UTC', {{ expression }}){% endmacro %}
{% macro spark__instant_to_utc(expression) %}{{ expression }}{% endmacro %}

{# Milliseconds since 1970 as a UTC moment. #}
{% macro moment_of_milliseconds(expression) %}{{ return(adapter.dispatch('moment_of_milliseconds', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__moment_of_milliseconds(expression) %}epoch_ms(cast({{ expression }} as bigint)){% endmacro %}
{% macro spark__moment_of_milliseconds(expression) %}cast(timestamp_millis(cast({{ expression }} as bigint)) as timestamp){% endmacro %}

{# A number of microseconds since the beginning of 1970 as a UTC moment. #}
{% macro moment_of_microseconds(expression) %}{{ return(adapter.dispatch('moment_of_microseconds', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__moment_of_microseconds(expression) %}make_timestamp({{ expression }}){% endmacro %}
{% macro spark__moment_of_microseconds(expression) %}timestamp_micros({{ expression }}){% endmacro %}
