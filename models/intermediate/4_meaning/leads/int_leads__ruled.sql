with

leads as (

    select lead_id
    from {{ ref('int_leads__merged') }}

),

leads_by_rule as (

    select *
    from {{ ref('int_leads__rules') }}

),

-- Without a rule there is no saying that a lead fits.
ruled_leads as (

    select
        leads.lead_id,
        count(case when leads_by_rule.is_met then 1 end) as count_rules_met,
        coalesce(
            bool_and(case when leads_by_rule.rule_set = 'fit' then leads_by_rule.is_met end), false
        ) as is_good_fit,
        coalesce(bool_and(leads_by_rule.is_met), false) as is_qualified_by_rules
    from leads
    left join leads_by_rule
        on leads.lead_id = leads_by_rule.lead_id
    group by leads.lead_id

)

select * from ruled_leads
