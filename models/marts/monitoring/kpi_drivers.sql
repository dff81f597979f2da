{% set comparisons = ['previous', 'year_ago'] %}

with

kpi_rows as (

    select
        kpi,
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        is_period_complete,
        numerator,
        denominator,
        value,
        is_small_sample
    from {{ ref('kpi_values') }}
    where period_grain not in ('day', 'week')

),

totals as (

    select *
    from kpi_rows
    where dimension = 'total'

),

slices as (

    select *
    from kpi_rows
    where dimension <> 'total'

),

-- A part of a period is not compared with a whole one.
changes as (

    {% for comparison in comparisons -%}
    select
        totals.kpi,
        totals.period_grain,
        totals.period_start_date,
        '{{ comparison }}' as comparison,
        earlier_totals.period_start_date as earlier_period_start_date,
        totals.value - earlier_totals.value as change,
        cast(totals.denominator as double) as whole,
        cast(earlier_totals.denominator as double) as earlier_whole,
        {{ safe_ratio('totals.numerator', 'totals.denominator') }} as rate,
        {{ safe_ratio('earlier_totals.numerator', 'earlier_totals.denominator') }} as earlier_rate
    from totals
    inner join {{ ref('dim_periods') }} as periods
        on
            totals.period_grain = periods.period_grain
            and totals.period_start_date = periods.period_start_date
    inner join totals as earlier_totals
        on
            totals.kpi = earlier_totals.kpi
            and totals.period_grain = earlier_totals.period_grain
            and periods.{{ comparison }}_period_start_date = earlier_totals.period_start_date
    where
        totals.is_period_complete
        and totals.value is not null
        and earlier_totals.value is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

slices_of_changes as (

    {% for side, is_now in {'period_start_date': 1, 'earlier_period_start_date': 0}.items() -%}
    select
        changes.kpi,
        changes.period_grain,
        changes.period_start_date,
        changes.comparison,
        slices.dimension,
        slices.dimension_value,
        cast({{ is_now }} * slices.numerator as double) as numerator,
        cast({{ is_now }} * slices.denominator as double) as denominator,
        cast({{ 1 - is_now }} * slices.numerator as double) as earlier_numerator,
        cast({{ 1 - is_now }} * slices.denominator as double) as earlier_denominator,
        slices.is_small_sample
    from changes
    inner join slices
        on
            changes.kpi = slices.kpi
            and changes.period_grain = slices.period_grain
            and changes.{{ side }} = slices.period_start_date
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- A slice that one of the two periods has not is 0 there.
compared_slices as (

    select
        kpi,
        period_grain,
        period_start_date,
        comparison,
        dimension,
        dimension_value,
        coalesce(sum(numerator), 0) as numerator,
        coalesce(sum(denominator), 0) as denominator,
        coalesce(sum(earlier_numerator), 0) as earlier_numerator,
        coalesce(sum(earlier_denominator), 0) as earlier_denominator,
        max(case when is_small_sample then 1 else 0 end) = 1 as is_small_sample
    from slices_of_changes
    group by kpi, period_grain, period_start_date, comparison, dimension, dimension_value

),

-- A slice without weight has the rate of the whole, so that its coming or going is no change of
-- its rate.
slices_with_rates as (

    select
        compared_slices.*,
        changes.change,
        changes.whole is not null as is_ratio,
        compared_slices.numerator / changes.whole
        - compared_slices.earlier_numerator / changes.earlier_whole as change_of_parts,
        compared_slices.denominator / changes.whole as weight,
        compared_slices.earlier_denominator / changes.earlier_whole as earlier_weight,
        coalesce(compared_slices.numerator / nullif(compared_slices.denominator, 0), changes.rate)
            as rate,
        coalesce(
            compared_slices.earlier_numerator / nullif(compared_slices.earlier_denominator, 0),
            changes.earlier_rate
        ) as earlier_rate,
        (changes.rate + changes.earlier_rate) / 2 as mean_rate
    from compared_slices
    inner join changes
        on
            compared_slices.kpi = changes.kpi
            and compared_slices.period_grain = changes.period_grain
            and compared_slices.period_start_date = changes.period_start_date
            and compared_slices.comparison = changes.comparison
    inner join {{ ref('kpi_dimensions') }} as kpi_dimensions
        on
            compared_slices.kpi = kpi_dimensions.kpi
            and compared_slices.dimension = kpi_dimensions.dimension
    where kpi_dimensions.has_drivers

),

slices_with_effects as (

    select
        *,
        -- No minus before a zero.
        (weight - earlier_weight) * ((rate + earlier_rate) / 2 - mean_rate) + 0 as mix_effect,
        case
            when is_ratio then change_of_parts - (weight - earlier_weight) * mean_rate
            else numerator - earlier_numerator
        end as contribution
    from slices_with_rates

),

-- The rate effect is (rate - earlier_rate) * (weight + earlier_weight) / 2, and what a slice has in
-- the numerator without any weight, such as the cost of a source that brought no lead.
kpi_drivers as (

    select
        kpi,
        period_grain,
        period_start_date,
        comparison,
        dimension,
        dimension_value,
        contribution,
        contribution - mix_effect as rate_effect,
        mix_effect,
        change,
        is_small_sample
    from slices_with_effects

)

select * from kpi_drivers
