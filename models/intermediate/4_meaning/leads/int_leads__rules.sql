{% set texts = [
    'industry', 'country', 'market', 'territory', 'lead_source', 'lead_channel', 'campaign_id', 'company', 'status',
    'full_name', 'email', 'phone', 'web_user_id'
] %}
{% set numbers = ['annual_revenue', 'employee_count', 'marketing_team_size'] %}

with

leads as (

    select *
    from {{ ref('int_leads__merged') }}

),

descriptions as (

    select
        lead_id,
        country,
        market,
        territory,
        lead_source,
        lead_channel
    from {{ ref('int_leads__described') }}

),

rules as (

    select
        rule_id,
        lower(trim(field)) as field,
        lower(trim(comparison)) as comparison,
        trim(value) as value,
        lower(trim(rule_set)) as rule_set
    from {{ ref('lead_rules') }}

),

leads_and_rules as (

    select
        leads.lead_id,
        rules.rule_id,
        rules.rule_set,
        rules.comparison,
        rules.value,
        case rules.field
            {% for field in texts -%}
            when '{{ field }}' then {{ 'descriptions' if field in [
                'country', 'market', 'territory', 'lead_source', 'lead_channel'
            ] else 'leads' }}.{{ field }}
            {% endfor -%}
        end as field_text,
        case rules.field
            {% for field in numbers -%}
            when '{{ field }}' then cast(leads.{{ field }} as {{ sql_type('decimal') }})
            {% endfor -%}
        end as field_number
    from leads
    inner join descriptions
        on leads.lead_id = descriptions.lead_id
    cross join rules

),

-- A field that the lead leaves empty meets no rule. Case does not matter.
leads_by_rule as (

    select
        lead_id,
        rule_id,
        rule_set,
        coalesce(
            case comparison
                when 'at_least'
                    then field_number >= try_cast(value as {{ sql_type('decimal') }})
                when 'at_most'
                    then field_number <= try_cast(value as {{ sql_type('decimal') }})
                when 'in'
                    then instr(
                        {{ text_of_choices('value') }},
                        '|' || lower(trim(field_text)) || '|'
                    ) > 0
                when 'not_empty'
                    then field_text is not null or field_number is not null
            end,
            false
        ) as is_met
    from leads_and_rules

)

select * from leads_by_rule
