with

coverage_ends as (

    select
        account_id as fact_id,
        ended_on as kpi_date,
        territory,
        market,
        segment,
        cast(is_renewed as int) as numerator,
        1 as denominator
    from {{ ref('fct_coverage_ends') }}

)

{{ kpi_rollup('coverage_ends') }}
