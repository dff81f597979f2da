{{ config(materialized=passing_on()) }}

with

outreach_links as (

    select *
    from {{ ref('int_activities__outreach_links') }}

),

-- Outreach to a lead before it became a deal is outreach for that deal and for no other.
outreach_before_conversion as (

    select distinct
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

links_of_other_activities as (

    select
        outreach_links.activity_id,
        outreach_links.link_type,
        outreach_links.linked_id
    from outreach_links
    left join outreach_before_conversion
        on outreach_links.activity_id = outreach_before_conversion.activity_id
    where outreach_links.link_type <> 'deal' and outreach_before_conversion.activity_id is null

),

links_to_accounts as (

    select
        activity_id,
        linked_id as account_id
    from links_of_other_activities
    where link_type = 'account'

),

deals_of_people as (

    select distinct
        links_of_other_activities.activity_id,
        deal_people.deal_id
    from links_of_other_activities
    inner join {{ ref('int_people__deals') }} as deal_people
        on links_of_other_activities.linked_id = deal_people.person_id
    where links_of_other_activities.link_type = 'person'

),

-- An account has many deals and many activities, so that these pairs are by far the most. No step
-- looks for equal ones among them: a link names an account once, and a deal has one account.
deals_of_accounts as (

    select
        links_to_accounts.activity_id,
        deals.deal_id
    from links_to_accounts
    inner join deals
        on links_to_accounts.account_id = deals.account_id

),

-- The deals that the account of the same activity does not bring already.
further_deals_of_people as (

    select
        deals_of_people.activity_id,
        deals_of_people.deal_id
    from deals_of_people
    left join deals
        on deals_of_people.deal_id = deals.deal_id
    left join links_to_accounts
        on
            deals_of_people.activity_id = links_to_accounts.activity_id
            and deals.account_id = links_to_accounts.account_id
    where links_to_accounts.activity_id is null

),

deals_of_leads as (

    select
        outreach_before_conversion.activity_id,
        outreach_before_conversion.deal_id
    from outreach_before_conversion
    inner join deals
        on outreach_before_conversion.deal_id = deals.deal_id
    left join activities_linked_to_deal
        on outreach_before_conversion.activity_id = activities_linked_to_deal.activity_id
    where activities_linked_to_deal.activity_id is null

),

-- An activity is in one of these branches alone, but for the people of an account.
deal_outreach as (

    select * from activities_linked_to_deal
    union all
    select * from deals_of_accounts
    union all
    select * from further_deals_of_people
    union all
    select * from deals_of_leads

)

select * from deal_outreach
