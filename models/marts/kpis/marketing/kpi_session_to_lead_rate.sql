with

sessions as (

    select
        session_id as fact_id,
        session_date as kpi_date,
        channel,
        campaign,
        landing_page,
        market,
        cast(is_lead_created as int) as numerator,
        1 as denominator
    from {{ ref('fct_web_sessions') }}

)

{{ kpi_rollup('sessions') }}
