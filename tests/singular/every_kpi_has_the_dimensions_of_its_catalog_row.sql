with

dimensions_in_catalog as (

    {% for kpi in kpis_of_project() -%}
    {% for dimension in ['total'] + kpi.dimensions -%}
    select
        '{{ kpi.id }}' as kpi,
        '{{ dimension }}' as dimension
    union all
    {% endfor -%}
    {% endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as kpi,
        cast(null as {{ dbt.type_string() }}) as dimension
    where false

),

dimensions_in_values as (

    select distinct
        kpi,
        dimension
    from {{ ref('kpi_values') }}

),

-- The slices of a KPI that adds up are all of it; those of another may be of what nobody has, such
-- as content that nobody touched.
kpis_with_a_numerator as (

    select distinct kpi_values.kpi
    from {{ ref('kpi_values') }} as kpi_values
    inner join {{ ref('kpi_catalog') }} as kpi_catalog
        on kpi_values.kpi = kpi_catalog.kpi
    where kpi_catalog.is_additive and kpi_values.dimension = 'total' and kpi_values.numerator <> 0

)

select
    coalesce(dimensions_in_catalog.kpi, dimensions_in_values.kpi) as kpi,
    coalesce(dimensions_in_catalog.dimension, dimensions_in_values.dimension) as dimension,
    case
        when dimensions_in_values.dimension is null
            then 'expected rows of this dimension, which the catalog names, found none'
        else 'expected no rows of this dimension, which the catalog does not name, found some'
    end as message
from dimensions_in_catalog
full outer join dimensions_in_values
    on
        dimensions_in_catalog.kpi = dimensions_in_values.kpi
        and dimensions_in_catalog.dimension = dimensions_in_values.dimension
left join kpis_with_a_numerator
    on dimensions_in_catalog.kpi = kpis_with_a_numerator.kpi
where
    dimensions_in_catalog.dimension is null
    or (dimensions_in_values.dimension is null and kpis_with_a_numerator.kpi is not null)
