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
        case
            when won_date <= {{ add_days('created_date', var('conversion_window_days')) }} then 1
            else 0
        end as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}

)

{{ kpi_rollup('created_leads') }}
