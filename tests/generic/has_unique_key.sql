{# Holds when no two rows agree in all the named columns; case and blanks around a text do not make a difference, a blank key does not count. #}
{% test has_unique_key(model, columns) %}
with

keys as (

    select
        {% for column in columns -%}
        lower(trim(cast({{ column }} as {{ dbt.type_string() }}))) as {{ column }},
        {% endfor -%}
        count(*) as count_rows
    from {{ model }}
    {% if columns | length == 1 -%}
    where nullif(trim(cast({{ columns[0] }} as {{ dbt.type_string() }})), '') is not null
    {% endif -%}
    group by {% for column in columns %}{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
    having count(*) > 1

)

select
    *,
    'expected one row for {{ columns | join(", ") }} = ' || concat_ws(', '{% for column in columns %}, coalesce({{ column }}, '(blank)'){% endfor %})
    || ', found ' || cast(count_rows as {{ dbt.type_string() }}) as message
from keys
{% endtest %}
