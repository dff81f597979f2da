with

campaign_member_rows as (

    {{ contract_rows('salesforce', 'campaign_member') }}

),

-- A member is a lead or a contact; of a converted lead Salesforce keeps both.
campaign_members as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as campaign_member_id,
        {{ system_key('salesforce', 'campaign_id') }} as campaign_id,
        {{ system_key('salesforce', 'lead_id') }} as lead_id,
        {{ system_key('salesforce', 'contact_id') }} as person_record_id,
        created_date as joined_at,
        status,
        coalesce(has_responded, false) as is_responded,
        {{ salesforce_is_deleted() }} as is_deleted
    from campaign_member_rows

)

select * from campaign_members
