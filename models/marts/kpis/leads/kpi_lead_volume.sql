with

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        lead_channel,
        campaign_id as campaign,
        territory,
        rep_id as rep,
        1 as numerator
    from {{ ref('fct_leads') }}

)

{{ kpi_rollup('created_leads') }}
