with

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        rep_id as rep,
        team,
        cast(is_followed_up as int) as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}

)

{{ kpi_rollup('created_leads') }}
