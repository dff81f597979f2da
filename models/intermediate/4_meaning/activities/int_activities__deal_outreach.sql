with

outreach_links as (

    select *
    from {{ ref('int_activities__outreach_links') }}

),

-- Outreach to a lead before it became a deal is outreach for that deal and for no other.
outreach_before_conversion as (

    select
        activity_id,
        deal_id
    from {{ ref('int_activities__lead_outreach') }}
    where is_before_conversion and is_lead_link

),

deals as (

    select
        deal_id,
        account_id
    from {{ ref('int_deals__valued') }}

),

activities_linked_to_deal as (

    select
        outreach_links.activity_id,
        deals.deal_id
    from outreach_links
    inner join deals
        on outreach_links.linked_id = deals.deal_id
    where outreach_links.link_type = 'deal'

),

deals_of_accounts_and_people as (

    select
        outreach_links.activity_id,
        deals.deal_id
    from outreach_links
    inner join deals
        on outreach_links.linked_id = deals.account_id
    where outreach_links.link_type = 'account'
    union distinct
    select
        outreach_links.activity_id,
        deal_people.deal_id
    from outreach_links
    inner join {{ ref('int_people__deals') }} as deal_people
        on outreach_links.linked_id = deal_people.person_id
    where outreach_links.link_type = 'person'

),

deal_outreach as (

    select * from activities_linked_to_deal
    union distinct
    select
        deals_of_accounts_and_people.activity_id,
        deals_of_accounts_and_people.deal_id
    from deals_of_accounts_and_people
    left join outreach_before_conversion
        on deals_of_accounts_and_people.activity_id = outreach_before_conversion.activity_id
    where outreach_before_conversion.activity_id is null
    union distinct
    select
        outreach_before_conversion.activity_id,
        outreach_before_conversion.deal_id
    from outreach_before_conversion
    inner join deals
        on outreach_before_conversion.deal_id = deals.deal_id
    left join activities_linked_to_deal
        on outreach_before_conversion.activity_id = activities_linked_to_deal.activity_id
    where activities_linked_to_deal.activity_id is null

)

select * from deal_outreach
