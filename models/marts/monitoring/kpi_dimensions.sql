with

kpi_rows as (

    select
        kpi,
        period_grain,
        period_start_date,
        dimension,
        numerator,
        denominator
    from {{ ref('kpi_values') }}
    where period_grain not in ('day', 'week')

),

totals as (

    select *
    from kpi_rows
    where dimension = 'total'

),

slice_sums as (

    select
        kpi,
        period_grain,
        period_start_date,
        dimension,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from kpi_rows
    where dimension <> 'total'
    group by kpi, period_grain, period_start_date, dimension

),

dimensions as (

    select distinct
        kpi,
        dimension
    from slice_sums

),

-- In every period: one in which two slices happen not to overlap proves nothing.
differences as (

    select
        dimensions.kpi,
        dimensions.dimension,
        count(
            case
                when
                    {{ is_another_part('totals.numerator', 'slice_sums.numerator') }}
                    or {{ is_another_part('totals.denominator', 'slice_sums.denominator') }}
                    then 1
            end
        ) as count_periods
    from dimensions
    inner join totals
        on dimensions.kpi = totals.kpi
    left join slice_sums
        on
            totals.kpi = slice_sums.kpi
            and totals.period_grain = slice_sums.period_grain
            and totals.period_start_date = slice_sums.period_start_date
            and dimensions.dimension = slice_sums.dimension
    group by dimensions.kpi, dimensions.dimension

),

kpi_dimensions as (

    select
        kpi,
        dimension,
        kpi in ({{ kpis_made_of_slices() }}) and count_periods = 0 as has_drivers,
        case
            when kpi not in ({{ kpis_made_of_slices() }})
                then 'the value of the KPI is no sum or quotient of sums'
            when count_periods > 0 then 'the slices do not add up to the whole'
        end as why_no_drivers
    from differences

)

select * from kpi_dimensions
