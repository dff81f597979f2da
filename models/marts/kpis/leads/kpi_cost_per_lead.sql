with

marketing_costs as (

    select
        cost_id,
        cost_date,
        lead_source,
        campaign,
        amount
    from {{ ref('fct_marketing_costs') }}

),

leads as (

    select
        lead_id,
        created_date,
        lead_source,
        campaign_id
    from {{ ref('fct_leads') }}

),

costs_and_leads as (

    select
        cost_id as fact_id,
        cost_date as kpi_date,
        lead_source,
        campaign,
        amount as numerator,
        0 as denominator
    from marketing_costs
    union all
    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        campaign_id as campaign,
        0 as numerator,
        1 as denominator
    from leads

)

{{ kpi_rollup('costs_and_leads', finest_grain='month') }}
