with

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        lead_channel,
        campaign_id as campaign,
        industry,
        rep_id as rep,
        cast(is_won_in_time as int) as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}

)

{{ kpi_rollup('created_leads') }}
