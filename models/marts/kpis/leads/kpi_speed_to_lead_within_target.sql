with

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        rep_id as rep,
        team,
        case
            when
                {{ hours_between('created_at', 'first_outreach_at') }}
                <= {{ var('speed_to_lead_target_hours') }}
                then 1
            else 0
        end as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}

)

{{ kpi_rollup('created_leads') }}
