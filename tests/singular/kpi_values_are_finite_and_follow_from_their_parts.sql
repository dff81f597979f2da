with

kpi_values as (

    select
        kpi,
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        value,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        -- A ratio may lack a part, such as the cost per new customer of a year without one, even in
        -- all its rows: it is a ratio by its definition, not by what it has.
        case
            {% for kpi in kpis_of_project() if not kpi.has_denominator -%}
            when kpi = '{{ kpi.id }}' then cast(numerator as double)
            {% endfor -%}
            -- A median or percentile is no quotient: it has a value where it has facts.
            {% for kpi in kpis_of_project() if kpi.has_rank -%}
            when kpi = '{{ kpi.id }}' then case when numerator is null and denominator > 0 then value end
            {% endfor -%}
            -- An accuracy falls as its parts part, on either side.
            {% for kpi in kpis_of_project() if kpi.get('aggregate') == 'accuracy' -%}
            when kpi = '{{ kpi.id }}'
                then case
                    when denominator > 0 and numerator >= denominator then 2 - numerator / denominator
                    when denominator > 0 then numerator / denominator
                end
            {% endfor -%}
            else {{ safe_ratio('numerator', 'denominator') }}
        end as expected_value
    from {{ ref('kpi_values') }}

)

select
    kpi,
    period_grain,
    period_start_date,
    dimension,
    dimension_value,
    'expected the value ' || coalesce(cast(expected_value as {{ dbt.type_string() }}), 'null')
    || ', found ' || coalesce(cast(value as {{ dbt.type_string() }}), 'null') as message
from kpi_values
where
    coalesce(isnan(value), false)
    or abs(value) = cast('Infinity' as double)
    or (value is null) <> (expected_value is null)
    -- A value is the quotient of its parts before these are rounded to eight places.
    or abs(value - expected_value) > 1e-9 * greatest(1, abs(expected_value))
    + abs(expected_value)
    * coalesce(1e-8 / nullif(abs(numerator), 0), 0)
    + abs(expected_value) * coalesce(1e-8 / nullif(abs(denominator), 0), 0)
