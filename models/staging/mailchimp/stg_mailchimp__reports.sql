with

report_rows as (

    {{ contract_rows('mailchimp', 'report') }}

),

reports as (

    select
        {{ system_key('mailchimp', 'id') }} as email_campaign_id,
        emails_sent
    from report_rows

)

select * from reports
