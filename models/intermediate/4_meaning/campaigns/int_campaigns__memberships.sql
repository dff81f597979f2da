with

campaign_members as (

    select *
    from {{ ref('int_campaign_members__united') }}

),

campaigns as (

    select *
    from {{ ref('int_campaigns__united') }}

),

identities as (

    select
        record_type,
        record_id,
        person_id
    from {{ ref('int_people__identities') }}
    where person_id is not null

),

lead_merges as (

    select *
    from {{ ref('int_leads__merges') }}

),

-- A member is a person or a lead; a lead that was converted may be named as both, one person.
memberships_of_people as (

    select
        campaign_members.system,
        campaign_members.campaign_member_id,
        campaign_members.campaign_id,
        coalesce(people.person_id, leads.person_id) as person_id,
        campaign_members.joined_at,
        {{ local_date('campaign_members.joined_at') }} as joined_date,
        campaign_members.status,
        coalesce(campaign_members.is_responded, false) as is_responded
    from campaign_members
    left join identities as people
        on
            people.record_type = 'person'
            and campaign_members.person_record_id = people.record_id
    left join lead_merges
        on campaign_members.lead_id = lead_merges.lead_id
    left join identities as leads
        on
            leads.record_type = 'lead'
            and coalesce(lead_merges.surviving_lead_id, campaign_members.lead_id) = leads.record_id
    left join campaigns
        on campaign_members.campaign_id = campaigns.campaign_id
    where
        not coalesce(campaign_members.is_deleted, false)
        and not coalesce(campaigns.is_deleted, false)
        and {{ local_date('campaign_members.joined_at') }} <= {{ as_of_date() }}

)

select * from memberships_of_people
