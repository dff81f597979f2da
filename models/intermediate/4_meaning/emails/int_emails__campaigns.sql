with

email_campaigns as (

    select *
    from {{ ref('int_email_campaigns__united') }}

),

campaigns_of_messages as (

    select
        email_campaign_id,
        min(system) as system,
        min(email_type) as email_type
    from {{ ref('int_emails__messages') }}
    where email_campaign_id is not null
    group by email_campaign_id

),

-- A message may name a mailing that no system delivered: its id is its name.
united_campaigns as (

    select
        coalesce(email_campaigns.email_campaign_id, campaigns_of_messages.email_campaign_id)
            as email_campaign_id,
        coalesce(
            email_campaigns.email_campaign_name,
            substring(
                campaigns_of_messages.email_campaign_id, length(campaigns_of_messages.system) + 2
            ),
            email_campaigns.email_campaign_id
        ) as email_campaign_name,
        coalesce(email_campaigns.email_type, campaigns_of_messages.email_type) as email_type,
        coalesce(email_campaigns.system, campaigns_of_messages.system) as system
    from email_campaigns
    full outer join campaigns_of_messages
        on email_campaigns.email_campaign_id = campaigns_of_messages.email_campaign_id

)

select * from united_campaigns
