with

unsubscribe_rows as (

    {{ contract_rows('mailchimp', 'unsubscribe') }}

),

unsubscribes as (

    select
        {{ system_key('mailchimp', 'campaign_id') }} as email_campaign_id,
        member_id,
        list_id,
        email_address,
        timestamp as occurred_at
    from unsubscribe_rows

)

select * from unsubscribes
