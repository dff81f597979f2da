with

campaign_rows as (

    {{ contract_rows('salesforce', 'campaign') }}

),

campaigns as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as campaign_id,
        name as campaign_name,
        type as campaign_type,
        {{ salesforce_is_deleted() }} as is_deleted
    from campaign_rows

)

select * from campaigns
