with

leads as (

    select
        lead_id,
        created_date,
        lead_source,
        lead_channel,
        industry,
        is_good_fit
    from {{ ref('fct_leads') }}

),

lead_rules as (

    select
        lead_id,
        rule_id,
        is_met
    from {{ ref('fct_lead_rules') }}
    where rule_set = 'fit'

),

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        lead_channel,
        industry,
        cast(is_good_fit as int) as numerator,
        1 as denominator
    from leads

),

created_leads_by_rule as (

    select
        leads.lead_id as fact_id,
        leads.created_date as kpi_date,
        lead_rules.rule_id as rule,
        cast(lead_rules.is_met as int) as numerator,
        1 as denominator
    from leads
    inner join lead_rules
        on leads.lead_id = lead_rules.lead_id

)

{{ kpi_rollup('created_leads', facts_by_dimension={'rule': 'created_leads_by_rule'}) }}
