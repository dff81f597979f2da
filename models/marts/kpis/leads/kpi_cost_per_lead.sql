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

first_costs as (

    select {{ start_of('month', 'min(cost_date)') }} as first_cost_month
    from marketing_costs

),

leads as (

    select
        lead_id,
        created_date,
        lead_source,
        campaign_id
    from {{ ref('fct_leads') }}

),

-- Before the first cost nobody knows what a lead cost; after it a month without one cost nothing.
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
        leads.lead_id as fact_id,
        leads.created_date as kpi_date,
        leads.lead_source,
        leads.campaign_id as campaign,
        case when leads.created_date >= first_costs.first_cost_month then 0 end as numerator,
        1 as denominator
    from leads
    cross join first_costs

)

{{ kpi_rollup('costs_and_leads') }}
