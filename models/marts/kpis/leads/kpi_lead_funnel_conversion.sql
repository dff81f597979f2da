{% set funnel_stages = ['created', 'contacted', 'mql', 'sql', 'deal', 'won'] %}

with

leads as (

    select
        lead_id,
        created_date,
        lead_source,
        case
            when won_date is not null then 6
            when deal_id is not null then 5
            when sql_date is not null then 4
            when mql_date is not null then 3
            when first_outreach_at is not null then 2
            else 1
        end as count_stages_reached
    from {{ ref('fct_leads') }}

),

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        case when count_stages_reached = 6 then 1 else 0 end as numerator,
        1 as denominator
    from leads

),

-- A lead that reached a stage has been through those before it, whether or not the CRM says so.
created_leads_by_funnel_stage as (

    {% for funnel_stage in funnel_stages -%}
    select
        lead_id as fact_id,
        created_date as kpi_date,
        '{{ funnel_stage }}' as funnel_stage,
        case when count_stages_reached >= {{ loop.index }} then 1 else 0 end as numerator,
        1 as denominator
    from leads
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

{{ kpi_rollup(
    'created_leads',
    facts_by_dimension={'funnel_stage': 'created_leads_by_funnel_stage'}
) }}
