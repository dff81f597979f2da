{#
    For each source of the relation `periods` (subscription_id, account_record_id, raw_product_id, started_on, ended_on):
    the number of pairs of a period with an end and the next one of the same customer and product, which begins on that day
    or later, and the number of those in which it begins on that very day. `source` says which source a period is of.
#}
{% macro pairs_of_periods_sql(periods, source="''") %}
select
    period_source,
    cast(count(*) as bigint) as count_pairs,
    cast(count(case when next_started_on = ended_on then 1 end) as bigint) as count_shared_days
from (
    select
        min({{ source }}) as period_source,
        periods.subscription_id,
        periods.ended_on,
        min(next_periods.started_on) as next_started_on
    from {{ periods }} as periods
    inner join {{ periods }} as next_periods
        on
            periods.account_record_id = next_periods.account_record_id
            and coalesce(periods.raw_product_id, '') = coalesce(next_periods.raw_product_id, '')
            and periods.ended_on <= next_periods.started_on
            and periods.subscription_id <> next_periods.subscription_id
    where periods.started_on <= periods.ended_on
    group by periods.subscription_id, periods.ended_on
) as pairs
group by period_source
{%- endmacro %}

{# Whether the ends of a source are the first day after: where the setting leaves it to the data, in most of its pairs. #}
{% macro is_end_exclusive(count_pairs, count_shared_days) -%}
    {%- set setting = sales_kpis.setting('subscription_end') -%}
    {{ return('2 * ' ~ count_shared_days ~ ' > ' ~ count_pairs if setting == 'auto' else (setting == 'exclusive') | string | lower) }}
{%- endmacro %}

{# How the ends of a source's periods are read, where its pairs share days: one of two readings was taken. #}
{% macro ends_of_periods(contract, delivery) %}
    {%- set periods -%}
        (select subscription_id, account_id as account_record_id, product_id as raw_product_id, started_on, ended_on
        from ({{ sales_kpis.newest_rows_sql(contract, delivery) }}) as newest_rows where started_on <= {{ sales_kpis.as_of_date() }})
    {%- endset -%}
    {%- set findings = [] -%}
    {%- for row in run_query(
        'select count_pairs, count_shared_days, ' ~ sales_kpis.is_end_exclusive('count_pairs', 'count_shared_days') ~ ' as is_exclusive from (' ~ sales_kpis.pairs_of_periods_sql(periods) ~ ') as sources where count_shared_days > 0'
    ) -%}
        {%- do findings.append(sales_kpis.finding('ends_of_periods', contract, 'ended_on', rows=row['count_shared_days'] | int, pairs=row['count_pairs'] | int, is_exclusive=true if row['is_exclusive'] else false)) -%}
    {%- endfor -%}
    {{ return(findings) }}
{% endmacro %}
