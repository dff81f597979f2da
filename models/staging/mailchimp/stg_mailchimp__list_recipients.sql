{%- do enable_for('mailchimp') -%}
with

listed_campaigns as (

    select distinct email_campaign_id
    from {{ ref('stg_mailchimp__recipients') }}

),

-- Airbyte delivers no recipients. Where the members that the audience had at the time are exactly as
-- many as the report says the campaign "was sent to", they are its recipients; otherwise (a segment,
-- members that have left since) nobody can tell who they were.
unlisted_campaigns as (

    select
        email_campaigns.email_campaign_id,
        email_campaigns.list_id,
        email_campaigns.send_time,
        reports.emails_sent
    from {{ ref('stg_mailchimp__email_campaigns') }} as email_campaigns
    inner join {{ ref('stg_mailchimp__reports') }} as reports
        on email_campaigns.email_campaign_id = reports.email_campaign_id
    left join listed_campaigns
        on email_campaigns.email_campaign_id = listed_campaigns.email_campaign_id
    where listed_campaigns.email_campaign_id is null

),

members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

members_at_the_time as (

    select
        unlisted_campaigns.email_campaign_id,
        unlisted_campaigns.emails_sent,
        members.member_id,
        count(*) over (partition by unlisted_campaigns.email_campaign_id) as count_members
    from unlisted_campaigns
    inner join members
        on unlisted_campaigns.list_id = members.list_id
        and members.joined_at <= unlisted_campaigns.send_time
        and (members.status = 'subscribed' or members.changed_at > unlisted_campaigns.send_time)

),

list_recipients as (

    select
        email_campaign_id,
        member_id
    from members_at_the_time
    where count_members = emails_sent

)

select * from list_recipients
