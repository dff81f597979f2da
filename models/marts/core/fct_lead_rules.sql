with

leads_by_rule as (

    select
        lead_id,
        rule_id,
        rule_set,
        is_met
    from {{ ref('int_leads__rules') }}

)

select * from leads_by_rule
