with

leads as (

    select
        lead_id,
        created_date,
        lead_source,
        rep_id,
        team,
        disqualified_date
    from {{ ref('fct_leads') }}

),

disqualified_leads as (

    select count(*) as count_leads
    from leads
    where disqualified_date is not null

),

-- Where no lead has a date, disqualified leads are unknown, not 0.
created_leads as (

    select
        leads.lead_id as fact_id,
        leads.created_date as kpi_date,
        leads.lead_source,
        leads.rep_id as rep,
        leads.team,
        case
            when disqualified_leads.count_leads > 0
                then cast(leads.disqualified_date is not null as int)
        end as numerator,
        1 as denominator
    from leads
    cross join disqualified_leads

)

{{ kpi_rollup('created_leads') }}
