{#
    Who survived a record's merges: a merge names the surviving record, which may itself have lost a later one. A query
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
            else min(case when step_number > 25 then survivor end)
        end
{%- endmacro %}
