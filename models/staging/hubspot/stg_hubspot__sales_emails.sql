with

engagement_email_rows as (

    {{ contract_rows('hubspot', 'engagement_email') }}

),

-- "hs_email_direction": EMAIL was sent from the CRM, INCOMING_EMAIL is "a reply to a logged
-- outgoing email", FORWARDED_EMAIL was forwarded to the CRM, in either direction.
sales_emails as (

    select
        {{ hubspot_engagement('email') }},
        case upper(hs_email_direction)
            when 'EMAIL' then 'outbound'
            when 'INCOMING_EMAIL' then 'inbound'
        end as direction,
        lower(hs_email_status) as outcome
    from engagement_email_rows

)

select * from sales_emails
