with

campaigns as (

    select *
    from {{ ref('int_campaigns__united') }}

),

all_campaigns as (

    select
        campaign_id,
        campaign_name,
        campaign_type,
        system
    from campaigns
    union all
    select
        email_campaign_id as campaign_id,
        email_campaign_name as campaign_name,
        'email' as campaign_type,
        system
    from {{ ref('int_emails__campaigns') }}
    {% for model in [
        'int_deals__valued', 'int_leads__merged', 'int_campaigns__memberships'
    ] -%}
    union all
    select
        campaign_id,
        null as campaign_name,
        null as campaign_type,
        system
    from {{ ref(model) }}
    where campaign_id is not null
    {% endfor -%}
    union all
    select
        campaign as campaign_id,
        null as campaign_name,
        null as campaign_type,
        system
    from {{ ref('int_web_sessions__resolved') }}
    where campaign is not null

),

-- A deal, lead or session may name a campaign that no system delivered: its id is its name.
united_campaigns as (

    select
        campaign_id,
        coalesce(min(campaign_name), substring(campaign_id, length(min(system)) + 2))
            as campaign_name,
        min(campaign_type) as campaign_type,
        min(system) as system
    from all_campaigns
    group by campaign_id

)

select * from united_campaigns
