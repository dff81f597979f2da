with

booked_meetings as (

    select
        activity_id as fact_id,
        activity_date as kpi_date,
        rep_id as rep,
        team,
        cast(is_held as int) as numerator,
        1 as denominator
    from {{ ref('fct_activities') }}
    where is_by_rep and activity_type = 'meeting'

)

{{ kpi_rollup('booked_meetings') }}
