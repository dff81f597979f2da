with

leads as (

    select
        lead_id,
        created_at,
        created_date,
        first_outreach_at,
        lead_source,
        rep_id,
        team
    from {{ ref('fct_leads') }}
    where first_outreach_at is not null

),

contacted_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        rep_id as rep,
        team,
        {{ hours_between('created_at', 'first_outreach_at') }} as numerator,
        1 as denominator
    from leads

)

{{ kpi_rollup('contacted_leads') }}
