with

web_sessions as (

    select *
    from {{ ref('int_web_sessions__resolved') }}
    where person_id is not null

),

clicks as (

    select *
    from {{ ref('int_emails__clicks') }}

),

memberships as (

    select
        memberships.*,
        campaigns.campaign_type
    from {{ ref('int_campaigns__memberships') }} as memberships
    left join {{ ref('int_campaigns__resolved') }} as campaigns
        on memberships.campaign_id = campaigns.campaign_id
    where memberships.person_id is not null

),

leads as (

    select
        resolved_leads.lead_id,
        resolved_leads.person_id,
        united_leads.created_at,
        united_leads.created_date,
        united_leads.campaign_id,
        descriptions.lead_channel
    from {{ ref('int_leads__resolved') }} as resolved_leads
    inner join {{ ref('int_leads__merged') }} as united_leads
        on resolved_leads.lead_id = united_leads.lead_id
    inner join {{ ref('int_leads__described') }} as descriptions
        on resolved_leads.lead_id = descriptions.lead_id

),

touches as (

    select
        'web_session' as touch_type,
        session_id as fact_id,
        person_id,
        started_at as occurred_at,
        session_date as touch_date,
        channel,
        campaign,
        landing_page as content
    from web_sessions
    union all
    select
        'email_click' as touch_type,
        message_id as fact_id,
        person_id,
        occurred_at,
        click_date as touch_date,
        'Email' as channel,
        email_campaign_id as campaign,
        content
    from clicks
    union all
    select
        'campaign_membership' as touch_type,
        campaign_member_id as fact_id,
        person_id,
        joined_at as occurred_at,
        joined_date as touch_date,
        campaign_type as channel,
        campaign_id as campaign,
        null as content
    from memberships
    union all
    select
        'lead_creation' as touch_type,
        lead_id as fact_id,
        person_id,
        created_at as occurred_at,
        created_date as touch_date,
        lead_channel as channel,
        campaign_id as campaign,
        null as content
    from leads

)

select * from touches
