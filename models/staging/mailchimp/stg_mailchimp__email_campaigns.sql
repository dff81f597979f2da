with

campaign_rows as (

    {{ contract_rows('mailchimp', 'campaign') }}

),

automation_email_rows as (

    {{ contract_rows('mailchimp', 'automation_email') }}

),

email_campaigns as (

    select
        'mailchimp' as system,
        'campaign' as source_table,
        {{ system_key('mailchimp', 'id') }} as email_campaign_id,
        coalesce(title, subject_line) as email_campaign_name,
        'marketing' as email_type,
        subject_line as content,
        list_id,
        send_time,
        send_time as started_at,
        coalesce(_fivetran_deleted, false) as is_deleted
    from campaign_rows

    union all

    select
        'mailchimp' as system,
        'automation_email' as source_table,
        {{ system_key('mailchimp', 'id') }} as email_campaign_id,
        coalesce(title, subject_line) as email_campaign_name,
        'marketing' as email_type,
        subject_line as content,
        cast(null as {{ dbt.type_string() }}) as list_id,
        cast(null as timestamp) as send_time,
        coalesce(start_time, send_time) as started_at,
        coalesce(_fivetran_deleted, false) as is_deleted
    from automation_email_rows

)

select * from email_campaigns
