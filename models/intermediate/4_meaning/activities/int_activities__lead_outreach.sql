with

activities as (

    select
        activity_id,
        occurred_at
    from {{ ref('int_activities__resolved') }}
    where is_outreach

),

links as (

    select *
    from {{ ref('int_activities__links') }}

),

leads as (

    select
        lead_id,
        created_at,
        converted_at,
        deal_id,
        converted_person_id
    from {{ ref('int_leads__resolved') }}

),

-- A lead's outreach is linked to the lead or to the person it became.
links_of_leads as (

    select
        links.activity_id,
        leads.lead_id,
        true as is_lead_link
    from links
    inner join leads
        on
            links.link_type = 'lead'
            and links.linked_id = leads.lead_id
    union all
    select
        links.activity_id,
        leads.lead_id,
        false as is_lead_link
    from links
    inner join leads
        on
            links.link_type = 'person'
            and links.linked_id = leads.converted_person_id

),

links_once as (

    select
        activity_id,
        lead_id,
        bool_or(is_lead_link) as is_lead_link
    from links_of_leads
    group by activity_id, lead_id

),

-- An activity before there was a lead is no answer to it.
lead_outreach as (

    select
        leads.lead_id,
        activities.activity_id,
        activities.occurred_at,
        leads.deal_id,
        leads.converted_at,
        coalesce(activities.occurred_at <= leads.converted_at, false) as is_before_conversion,
        links_once.is_lead_link,
        activities.occurred_at >= leads.created_at as is_after_creation
    from links_once
    inner join activities
        on links_once.activity_id = activities.activity_id
    inner join leads
        on links_once.lead_id = leads.lead_id

)

select * from lead_outreach
