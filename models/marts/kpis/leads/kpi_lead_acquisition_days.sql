with

won_leads as (

    select
        lead_id as fact_id,
        won_date as kpi_date,
        lead_source,
        lead_channel,
        rep_id as rep,
        acquisition_days as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}
    where won_date is not null

)

{{ kpi_rollup('won_leads') }}
