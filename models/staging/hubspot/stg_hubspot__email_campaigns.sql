with

email_campaign_rows as (

    {{ contract_rows('hubspot', 'email_campaign') }}

),

email_campaigns as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'id') }} as email_campaign_id,
        name as email_campaign_name,
        'marketing' as email_type,
        coalesce(subject, name) as content
    from email_campaign_rows

)

select * from email_campaigns
