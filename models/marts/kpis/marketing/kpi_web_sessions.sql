with

sessions as (

    select
        session_id as fact_id,
        session_date as kpi_date,
        channel,
        source_medium,
        landing_page,
        market,
        1 as numerator
    from {{ ref('fct_web_sessions') }}

)

{{ kpi_rollup('sessions') }}
