with

leads as (

    select
        lead_id,
        created_date,
        -- The rep named as source found the lead; else its owner, if its source is self-generated.
        coalesce(sourced_by_rep_id, case when is_self_generated then rep_id end) as rep_id
    from {{ ref('fct_leads') }}

),

rep_assignments as (

    select *
    from {{ ref('dim_rep_assignments') }}

),

generated_leads as (

    select
        leads.lead_id as fact_id,
        leads.created_date as kpi_date,
        leads.rep_id as rep,
        rep_assignments.team,
        1 as numerator
    from leads
    left join rep_assignments
        on
            leads.rep_id = rep_assignments.rep_id
            and leads.created_date between rep_assignments.valid_from and rep_assignments.valid_to
    where leads.rep_id is not null

)

{{ kpi_rollup('generated_leads') }}
