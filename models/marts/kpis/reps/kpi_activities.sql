with

activities_of_reps as (

    select
        activity_id as fact_id,
        activity_date as kpi_date,
        activity_type,
        rep_id as rep,
        team,
        1 as numerator
    from {{ ref('fct_activities') }}
    where is_by_rep

)

{{ kpi_rollup('activities_of_reps') }}
