with

email_campaigns as (

    select
        email_campaign_id,
        email_campaign_name,
        email_type,
        system
    from {{ ref('int_emails__campaigns') }}

)

select * from email_campaigns
