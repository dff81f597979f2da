with

slicings as (

    select
        kpi,
        slices_of
    from {{ ref('kpi_catalog') }}
    where slices_of is not null

),

totals as (

    select
        kpi,
        period_grain,
        period_start_date,
        numerator,
        denominator,
        value
    from {{ ref('kpi_values') }}
    where dimension = 'total'

)

select
    slicings.kpi,
    sliced.period_grain,
    sliced.period_start_date,
    'expected the total of ' || slicings.slices_of || ', '
    || coalesce(cast(totals.value as {{ dbt.type_string() }}), 'none')
    || ', found ' || coalesce(cast(sliced.value as {{ dbt.type_string() }}), 'none') as message
from slicings
inner join totals as sliced
    on slicings.kpi = sliced.kpi
left join totals
    on
        slicings.slices_of = totals.kpi
        and sliced.period_grain = totals.period_grain
        and sliced.period_start_date = totals.period_start_date
where
    totals.kpi is null
    or sliced.numerator is distinct from totals.numerator
    or sliced.denominator is distinct from totals.denominator
    or sliced.value is distinct from totals.value
