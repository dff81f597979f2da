with

outreach_links as (

    select *
    from {{ ref('int_activities__outreach_links') }}

),

lead_outreach as (

    select *
    from {{ ref('int_activities__lead_outreach') }}
    where is_before_conversion and deal_id is not null

),

deals as (

    select
        deal_id,
        account_id,
        created_at
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

-- What was done for a lead before it became a deal is no outreach for the deals that came later.
later_deals_of_leads as (

    select distinct
        deals_of_accounts_and_people.activity_id,
        deals.deal_id
    from deals_of_accounts_and_people
    inner join deals
        on deals_of_accounts_and_people.deal_id = deals.deal_id
    inner join lead_outreach
        on deals_of_accounts_and_people.activity_id = lead_outreach.activity_id
    where deals.deal_id <> lead_outreach.deal_id and deals.created_at > lead_outreach.converted_at

),

deal_outreach as (

    select * from activities_linked_to_deal
    union distinct
    select
        deals_of_accounts_and_people.activity_id,
        deals_of_accounts_and_people.deal_id
    from deals_of_accounts_and_people
    left join later_deals_of_leads
        on
            deals_of_accounts_and_people.activity_id = later_deals_of_leads.activity_id
            and deals_of_accounts_and_people.deal_id = later_deals_of_leads.deal_id
    where later_deals_of_leads.activity_id is null
    union distinct
    select
        lead_outreach.activity_id,
        lead_outreach.deal_id
    from lead_outreach
    inner join deals
        on lead_outreach.deal_id = deals.deal_id

)

select * from deal_outreach
