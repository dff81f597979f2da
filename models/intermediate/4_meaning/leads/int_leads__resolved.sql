with

leads as (

    select *
    from {{ ref('int_leads__merged') }}

),

identities as (

    select
        record_type,
        record_id,
        person_id
    from {{ ref('int_people__identities') }}

),

people as (

    select
        person_id,
        account_id
    from {{ ref('int_people__resolved') }}

),

account_identities as (

    select
        account_record_id,
        account_id
    from {{ ref('int_accounts__identities') }}

),

merged_deals as (

    select
        deal_id,
        surviving_deal_id
    from {{ ref('int_deals__survivors') }}

),

deals as (

    select
        deal_id,
        account_id,
        created_at
    from {{ ref('int_deals__valued') }}

),

-- The lead, who it is, and what it became.
resolved_leads as (

    select
        leads.lead_id,
        leads.created_at,
        coalesce(merged_deals.surviving_deal_id, leads.converted_deal_id) as deal_id,
        coalesce(leads.converted_at, deals.created_at) as converted_at,
        lead_people.person_id,
        converted_people.person_id as converted_person_id,
        coalesce(account_identities.account_id, deals.account_id, people.account_id) as account_id
    from leads
    left join merged_deals
        on leads.converted_deal_id = merged_deals.deal_id
    left join deals
        on coalesce(merged_deals.surviving_deal_id, leads.converted_deal_id) = deals.deal_id
    left join identities as lead_people
        on
            lead_people.record_type = 'lead'
            and leads.lead_id = lead_people.record_id
    left join identities as converted_people
        on
            converted_people.record_type = 'person'
            and leads.converted_person_record_id = converted_people.record_id
    left join account_identities
        on leads.converted_account_record_id = account_identities.account_record_id
    left join people
        on lead_people.person_id = people.person_id

)

select * from resolved_leads
