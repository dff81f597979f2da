with

contacted_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        rep_id as rep,
        team,
        {{ hours_between('created_at', 'first_outreach_at') }} as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}
    where first_outreach_at is not null

)

{{ kpi_rollup('contacted_leads') }}
