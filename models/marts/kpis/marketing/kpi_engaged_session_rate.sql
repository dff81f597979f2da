with

web_sessions as (

    select
        session_id,
        session_date,
        channel,
        landing_page,
        market,
        is_engaged
    from {{ ref('fct_web_sessions') }}

),

sessions as (

    select
        session_id as fact_id,
        session_date as kpi_date,
        channel,
        landing_page,
        market,
        cast(is_engaged as int) as numerator,
        1 as denominator
    from web_sessions

)

{{ kpi_rollup('sessions') }}
