{#
    Who survived a record's merges: a merge names the surviving record, which may itself have lost a later one. A query
    with the columns of the key and `survivor`, one row per merged record, on a CTE in a `with recursive`; the bound ends
    a circle.
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
