-- DuckDB enforces the primary keys of the contracts; other engines only note them, so one query
-- holds for all of them. The KPI tables are in it with kpi_values.
{% for mart in marts_with_key() -%}
select
    '{{ mart.name }}' as mart,
    concat_ws(
        ', '{% for column in mart.key %},
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), 'nothing')
        {%- endfor %}
    ) as mart_key,
    'expected one row per {{ mart.key | join(', ') }}, found ' || count(*) as message
from {{ mart.relation }}
group by {{ mart.key | join(', ') }}
having
    count(*) > 1
    {% for column in mart.key -%}
    or {{ column }} is null
    {% endfor -%}
{{ 'union all' if not loop.last }}
{% endfor %}
