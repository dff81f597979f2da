with

outbound_calls as (

    select
        activity_id as fact_id,
        activity_date as kpi_date,
        rep_id as rep,
        team,
        cast(is_connected as int) as numerator,
        1 as denominator
    from {{ ref('fct_activities') }}
    where is_outreach and activity_type = 'call'

)

{{ kpi_rollup('outbound_calls') }}
