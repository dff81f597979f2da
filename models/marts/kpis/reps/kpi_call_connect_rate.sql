with

activities as (

    select
        activity_id,
        activity_date,
        rep_id,
        team,
        is_connected
    from {{ ref('fct_activities') }}
    where is_outreach and activity_type = 'call'

),

outbound_calls as (

    select
        activity_id as fact_id,
        activity_date as kpi_date,
        rep_id as rep,
        team,
        cast(is_connected as int) as numerator,
        1 as denominator
    from activities

)

{{ kpi_rollup('outbound_calls') }}
