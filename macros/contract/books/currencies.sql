{#
    Faults in the currencies of the deliveries and of the planning seeds, before anything is built: each currency without a
    rate on a day on which an amount of it counts (the build's own tests would stop at it), and how many rows name each.
#}
{% macro currency_findings() %}
    {%- set named, findings = {}, [] -%}
    {%- set places = sales_kpis.tables_with_currency() -%}
    {%- for place in places -%}
        {%- set rows = sales_kpis.raw_rows_sql(place.contract, place.delivery, [place.currency]) -%}
        {%- for row in run_query('select upper(' ~ place.currency ~ '), count(*) from (' ~ rows ~ ') as raw_rows where ' ~ place.currency ~ ' is not null group by 1') -%}
            {%- do named.update({row[0]: named.get(row[0], 0) + row[1] | int}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for row in sales_kpis.currencies_without_rate(places) -%}
        {%- do findings.append(dict(row, kind='currency_without_rate', is_only=named.keys() | list == [row.currency])) -%}
    {%- endfor -%}
    {%- if named -%}{%- do findings.append(sales_kpis.finding('currencies', places[0].contract, places[0].currency, named=named)) -%}{%- endif -%}
    {{ return(findings) }}
{% endmacro %}

{#
    The delivered tables whose amounts are in a currency of their own: the column that names it, the moment or day of the
    record's beginning (an open deal is worth something on the week's and month's ends from then on), the day whose rate its
    amount has at last, and the rows that do not count.
#}
{% macro tables_with_currency() %}
    {%- set tables = [
        {'system': 'salesforce', 'table': 'opportunity', 'created': sales_kpis.local_date('created_date'), 'day': 'close_date', 'is_gone': 'coalesce(is_deleted, false) or ' ~ sales_kpis.salesforce_is_removed()},
        {'system': 'hubspot', 'table': 'deal', 'created': sales_kpis.local_date('createdate'), 'day': sales_kpis.local_date('closedate'), 'is_gone': sales_kpis.hubspot_is_deleted(has_archive=true)},
        {'system': 'tabular', 'table': 'deal', 'created': sales_kpis.local_date('created_at'), 'day': 'close_date', 'is_gone': 'coalesce(is_deleted, false)'},
        {'system': 'tabular', 'table': 'subscription', 'created': none, 'day': 'started_on', 'is_gone': 'started_on > ' ~ sales_kpis.as_of_date()},
    ] -%}
    {%- set found = [] -%}
    {%- for table in tables if table.system in sales_kpis.systems_in_use() -%}
        {%- for contract in sales_kpis.contracts_of_table(table.system, table.table) -%}
            {%- set delivery = sales_kpis.delivery_of(contract) -%}
            {%- set currency = sales_kpis.currency_column(contract, delivery) if delivery.relation is not none and not delivery.errors -%}
            {%- if currency -%}{%- do found.append(dict(table, contract=contract, delivery=delivery, currency=currency)) -%}{%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# Each currency that lacks a rate on a day on which it is needed: how many rows and days, from when to when, and where. #}
{% macro currencies_without_rate(places) %}
    {%- set needs = [] -%}
    {%- for place in places -%}{%- do needs.append(sales_kpis.needed_rates_of_table(place)) -%}{%- endfor -%}
    {%- for seed, month in {'quotas': 'month', 'selling_costs': 'cost_month', 'marketing_costs': 'cost_month'}.items() -%}{%- do needs.append(sales_kpis.needed_rates_of_seed(seed, month)) -%}{%- endfor -%}
    {%- set lacking -%}
from (
    select needs.*, rates.first_rate_day, case when rates.first_rate_day is null or needs.rate_day < rates.first_rate_day then needs.rate_day else needs.first_day end as lacking_day
    from ({{ needs | join(' union all ') }}) as needs
    left join ({{ sales_kpis.first_rate_days_sql() }}) as rates on needs.currency = rates.currency
    where needs.currency <> {{ sales_kpis.text_literal(sales_kpis.setting('reporting_currency')) }} and (rates.first_rate_day is null or needs.first_day < rates.first_rate_day)
) as lacking
    {%- endset -%}
    {%- set found = [] -%}
    {%- for row in run_query('select currency, count(*), count(distinct lacking_day), min(first_day), max(lacking_day), min(first_rate_day), count(case when is_seed then 1 end) ' ~ lacking ~ ' group by currency order by currency') -%}
        {%- do found.append({'currency': row[0], 'rows': row[1] | int, 'days': row[2] | int, 'first_day': row[3] | string, 'last_day': row[4] | string, 'first_rate_day': none if row[5] is none else row[5] | string, 'places': [], 'is_of_seeds': row[6] | int == row[1] | int}) -%}
    {%- endfor -%}
    {%- if found -%}
        {%- for row in run_query('select currency, place, count(*) ' ~ lacking ~ ' group by currency, place order by count(*) desc, place') -%}
            {%- do (found | selectattr('currency', 'equalto', row[0]) | first).places.append([row[1], row[2] | int]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{# The rows of a table that count, with the first day on which their amount is asked for and the day whose rate it has. #}
{% macro needed_rates_of_table(place) %}
    {%- set as_of = sales_kpis.as_of_date() -%}
    {%- set day = 'case when ' ~ place.day ~ ' <= ' ~ as_of ~ ' then ' ~ place.day ~ ' else ' ~ as_of ~ ' end' -%}
    {%- set first_end = as_of -%}
    {%- if place.created -%}{%- set first_end = 'coalesce(least(' ~ sales_kpis.period_end('week', sales_kpis.start_of('week', place.created)) ~ ', ' ~ sales_kpis.period_end('month', sales_kpis.start_of('month', place.created)) ~ ', ' ~ as_of ~ '), ' ~ as_of ~ ')' -%}{%- endif -%}
select
    '{{ place.contract.source }}.{{ place.contract.table }}' as place,
    false as is_seed,
    upper({{ place.currency }}) as currency,
    least({{ day }}, {{ first_end }}) as first_day,
    {{ day }} as rate_day
from ({{ sales_kpis.newest_rows_sql(place.contract, place.delivery) }}) as newest_rows
where {{ place.currency }} is not null and not ({{ place.is_gone }}){% if place.created %} and coalesce({{ place.created }} <= {{ as_of }}, true){% endif %}
{%- endmacro %}

{# The months of a planning seed; a quota's month to come has the rate of as_of_date, a cost's has no days yet. #}
{% macro needed_rates_of_seed(seed, month) %}
    {%- set first_of_month = sales_kpis.start_of('month', 'try_cast(trim(' ~ month ~ ') as date)') -%}
    {%- set day = 'least(' ~ first_of_month ~ ', ' ~ sales_kpis.as_of_date() ~ ')' -%}
select
    'seed {{ seed }}' as place,
    true as is_seed,
    {{ sales_kpis.currency_code_of('currency') }} as currency,
    {{ day }} as first_day,
    {{ day }} as rate_day
from ({{ sales_kpis.seed_rows_sql(seed) }}) as seed_rows
where {{ first_of_month }} is not null{% if seed != 'quotas' %} and {{ first_of_month }} <= {{ sales_kpis.as_of_date() }}{% endif %}
{%- endmacro %}

{#
    The first day with a rate of each currency, which holds until the next: of the seed, else of the first Salesforce org
    that has one. An org's rates are against its corporate currency, so it needs one of the reporting currency, too.
#}
{% macro first_rate_days_sql() %}
    {%- set queries = ["select upper(trim(currency)) as currency, min(try_cast(trim(valid_from) as date)) as first_rate_day, 0 as source_order from (" ~ sales_kpis.seed_rows_sql('exchange_rates') ~ ") as seed_rows group by upper(trim(currency))"] -%}
    {%- for contract in (sales_kpis.contracts_of_table('salesforce', 'dated_conversion_rate') if 'salesforce' in sales_kpis.systems_in_use() else []) -%}
        {%- set currency = 'upper(' ~ sales_kpis.without_instance('salesforce', 'iso_code') ~ ')' -%}
        {%- set days = [] -%}
        {%- for own, day in [(contract, 'start_date'), (sales_kpis.contract_of('salesforce', 'currency_type', contract.instance), "date '1900-01-01'")] -%}
            {%- set delivery = sales_kpis.delivery_of(own) -%}
            {%- if delivery.relation is not none and not delivery.errors -%}
                {%- do days.append('select ' ~ currency ~ ' as currency, ' ~ day ~ ' as valid_from, ' ~ loop.index ~ ' as table_order from (' ~ sales_kpis.newest_rows_sql(own, delivery)
                    ~ ') as rate_rows where not (' ~ sales_kpis.salesforce_is_removed() ~ ') and (conversion_rate > 0' ~ (' or is_corporate' if loop.index == 2 else '') ~ ')') -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if days -%}
            {%- set first_days = 'select currency, min(valid_from) as first_day from (select *, min(table_order) over (partition by currency) as first_table from (' ~ days | join(' union all ') ~ ') as days) as first_tables where table_order = first_table group by currency' -%}
            {%- do queries.append('select own.currency, greatest(own.first_day, reporting.first_day) as first_rate_day, ' ~ loop.index ~ ' as source_order from (' ~ first_days ~ ') as own cross join (' ~ first_days
                ~ ') as reporting where reporting.currency = ' ~ sales_kpis.text_literal(sales_kpis.setting('reporting_currency'))) -%}
        {%- endif -%}
    {%- endfor %}
select currency, first_rate_day
from (
    select *, min(source_order) over (partition by currency) as first_source
    from ({{ queries | join(' union all ') }}) as all_rates
) as rates
where source_order = first_source
{%- endmacro %}
