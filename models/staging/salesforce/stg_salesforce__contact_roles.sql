with

opportunity_contact_role_rows as (

    {{ contract_rows('salesforce', 'opportunity_contact_role') }}

),

contact_roles as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'opportunity_id') }} as deal_id,
        {{ system_key('salesforce', 'contact_id') }} as person_record_id,
        coalesce(is_primary, false) as is_primary,
        role,
        {{ salesforce_is_deleted() }} as is_deleted
    from opportunity_contact_role_rows

)

select * from contact_roles
