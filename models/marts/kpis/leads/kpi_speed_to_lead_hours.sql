with

contacted_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        rep_id as rep,
        team,
        speed_to_lead_hours as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}
    where speed_to_lead_hours is not null

)

{{ kpi_rollup('contacted_leads') }}
