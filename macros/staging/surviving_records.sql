{#
    One row per record that lost a merge, with the record that won it: a system tells it on the record that lost, or apart
    from it in `merges`. A record has one survivor; of several that are told, the smallest key.
#}
{% macro stated_merges(records, key, merged_into, merges) -%}
select
        {{ key }},
        min_by({{ merged_into }}, {{ sales_kpis.key_order(merged_into) }}) as {{ merged_into }}
    from (
        select {{ key }}, {{ merged_into }} from {{ records }}
        union all
        select record_id as {{ key }}, survivor_record_id as {{ merged_into }}
        from {{ merges }}
    ) as all_merges
    where {{ merged_into }} is not null and {{ merged_into }} <> {{ key }}
    group by {{ key }}
{%- endmacro %}

{#
    The survivor of a record's merges: a merge names the surviving record, which may itself have lost a later one. A query
    for a CTE `merge_steps` in a `with recursive`: the key, the `survivor` of each step and its number. The bound ends a
    circle, in which no record is the last.
#}
{% macro merge_steps(records, key, merged_into) -%}
select
        {{ key }},
        {{ merged_into }} as survivor,
        1 as step_number
    from {{ records }}
    where {{ merged_into }} is not null

    union all

    select
        merge_steps.{{ key }},
        {{ records }}.{{ merged_into }} as survivor,
        merge_steps.step_number + 1 as step_number
    from merge_steps
    inner join {{ records }}
        on merge_steps.survivor = {{ records }}.{{ key }}
    where {{ records }}.{{ merged_into }} is not null and merge_steps.step_number < 50
{%- endmacro %}

{# The record at the end of the chain; of a circle, the one with the smallest key, the same for all that lead into it. #}
{% macro last_survivor() -%}
case
            when max(step_number) < 50 then max_by(survivor, step_number)
            else min_by(survivor, {{ sales_kpis.key_order('survivor') }}) filter (where step_number > 25)
        end
{%- endmacro %}
