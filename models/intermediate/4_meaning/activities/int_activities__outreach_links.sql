with

links as (

    select *
    from {{ ref('int_activities__links') }}

),

outreach as (

    select activity_id
    from {{ ref('int_activities__resolved') }}
    where is_outreach

),

leads as (

    select
        lead_id,
        person_id
    from {{ ref('int_leads__resolved') }}

),

links_of_outreach as (

    select
        links.activity_id,
        links.link_type,
        links.linked_id,
        max(case when links.link_type = 'deal' then 1 else 0 end) over (
            partition by links.activity_id
        ) = 1 as is_linked_to_deal
    from links
    inner join outreach
        on links.activity_id = outreach.activity_id

),

-- A lead is a person too; what was done before its conversion is for the deal it became alone.
people_and_accounts as (

    select
        activity_id,
        link_type,
        linked_id,
        is_linked_to_deal
    from links_of_outreach
    where link_type <> 'lead'
    union distinct
    select
        links_of_outreach.activity_id,
        'person' as link_type,
        leads.person_id as linked_id,
        links_of_outreach.is_linked_to_deal
    from links_of_outreach
    inner join {{ ref('int_activities__lead_outreach') }} as lead_outreach
        on
            links_of_outreach.activity_id = lead_outreach.activity_id
            and links_of_outreach.linked_id = lead_outreach.lead_id
    inner join leads
        on lead_outreach.lead_id = leads.lead_id
    where links_of_outreach.link_type = 'lead' and not lead_outreach.is_before_conversion

),

-- Outreach linked to a deal says nothing of other deals.
outreach_links as (

    select
        activity_id,
        link_type,
        linked_id
    from people_and_accounts
    where link_type = 'deal' or not is_linked_to_deal

)

select * from outreach_links
