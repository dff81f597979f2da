with

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        team,
        territory,
        1 as numerator,
        0 as denominator
    from {{ ref('fct_leads') }}

),

{{ facts_per_rep('created_leads') }}

{{ kpi_rollup(
    'per_rep',
    facts_by_dimension={'team': 'per_rep_by_team', 'territory': 'per_rep_by_territory'}
) }}
