{# The books of one system: for each of its tables the raw, duplicate and rejected rows, and the rows its staging model has. #}
{% macro source_counts_of(system, staging_models) %}
    {%- do sales_kpis.enable_for(system) -%}
    {%- if not execute -%}{{ return('select 1 as nothing') }}{%- endif -%}
    {%- set queries = [] -%}
    {%- for contract in sales_kpis.contracts_of(system) -%}
        {%- set delivery = sales_kpis.delivery_of(contract) -%}
        {%- if delivery.errors -%}{{ exceptions.raise_compiler_error(delivery.errors | join(' ')) }}{%- endif -%}
        {%- do queries.append(sales_kpis.counts_sql(contract, delivery, staging_models[contract.table])) -%}
    {%- endfor -%}
    {%- if not sales_kpis.instances_of(system) -%}{{ return(queries | join('\nunion all\n')) }}{%- endif -%}
    {{ return(sales_kpis.counts_of_all_instances_sql(queries)) }}
{% endmacro %}

{# The staging model has the rows of all instances; the other counts come one row an instance. #}
{% macro counts_of_all_instances_sql(queries) %}
select
    system,
    source_table,
    cast(sum(raw_rows) as bigint) as raw_rows,
    max(staged_rows) as staged_rows,
    cast(sum(duplicate_rows) as bigint) as duplicate_rows,
    cast(sum(rejected_rows) as bigint) as rejected_rows,
    cast(sum(conflicting_rows) as bigint) as conflicting_rows,
    max(newest_row_date) as newest_row_date,
    max(warn_after_days) as warn_after_days
from (
    {{ queries | join('\nunion all\n') }}
) as counts_by_instance
group by system, source_table
{% endmacro %}

{% macro counts_sql(contract, delivery, staging_relation=none) %}
{%- set limit = sales_kpis.warn_after_days(contract) -%}
{%- set moments = sales_kpis.delivered_moments(contract, delivery) if limit else [] %}
select
    '{{ contract.system }}' as system,
    '{{ contract.table }}' as source_table,
    cast(count(*) as bigint) as raw_rows,
    {% if staging_relation is not none -%}
    (select cast(count(*) as bigint) from {{ staging_relation }}) as staged_rows,
    {% endif -%}
    {{ sales_kpis.count_duplicate_rows(contract) }} as duplicate_rows,
    cast(count(case when is_row_rejected then 1 end) as bigint) as rejected_rows,
    {{ sales_kpis.count_conflicting_rows(contract, delivery) }} as conflicting_rows,
    cast({{ sales_kpis.newest_of(moments) }} as date) as newest_row_date,
    cast({{ limit or 'null' }} as double) as warn_after_days
from (
    {%- if sales_kpis.tells_the_newest(contract, delivery) %}{{ sales_kpis.read_keys_sql(contract, delivery, moments) }}
    {%- else %}{{ sales_kpis.read_rows_sql(contract, delivery) }}{% endif -%}
) as read_rows
{%- endmacro %}

{# After how many days without a new row a table is stale, by `freshness` of its contract; none where it has no limit. #}
{% macro warn_after_days(contract) %}
    {%- set limit = contract.freshness.get('warn_after') or {} -%}
    {{ return(limit.count / {'minute': 1440, 'hour': 24, 'day': 1}[limit.period] if limit.get('count') else none) }}
{% endmacro %}

{# The timestamps that a table delivers, the newest of which says how old it is. #}
{% macro delivered_moments(contract, delivery) %}
    {%- set names = [] -%}
    {%- for column in contract.columns if column.type == 'timestamp' and delivery.columns[column.name].raw_name is not none -%}
        {%- do names.append(column.name) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{# The newest of all values of some columns; null without a column. #}
{% macro newest_of(columns) -%}
    {%- set newest = [] -%}
    {%- for name in columns -%}{%- do newest.append('max(' ~ name ~ ')') -%}{%- endfor -%}
    {{ newest[0] if newest | length == 1 else 'greatest(' ~ newest | join(', ') ~ ')' if newest else 'null' }}
{%- endmacro %}

{#
    The duplicate rows that are no copies: they differ from the row that stays, and nothing says which is newer, so
    the key may be none.
#}
{% macro count_conflicting_rows(contract, delivery) -%}
    {%- if sales_kpis.tells_the_newest(contract, delivery) -%}cast(0 as bigint)
    {%- else -%}
    cast(
        count(distinct case when not is_row_rejected then row_fingerprint end)
        - count(distinct case when not is_row_rejected then {{ sales_kpis.key_sql(contract) }} end)
        as bigint
    )
    {%- endif -%}
{%- endmacro %}

{% macro key_sql(contract) %}concat_ws('|'{% for name in contract.primary_key %}, coalesce({{ sales_kpis.as_text(name) }}, ''){% endfor %}){% endmacro %}

{# The read rows that are not rejected, beyond the first of each key. #}
{% macro count_duplicate_rows(contract) -%}
    cast(
        count(case when not is_row_rejected then 1 end)
        - count(distinct case when not is_row_rejected then {{ sales_kpis.key_sql(contract) }} end)
        as bigint
    )
{%- endmacro %}
