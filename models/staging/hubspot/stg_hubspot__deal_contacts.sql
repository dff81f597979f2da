with

deal_contact_rows as (

    {{ contract_rows('hubspot', 'deal_contact') }}

),

deal_contacts as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'deal_id') }} as deal_id,
        {{ system_key('hubspot', 'contact_id') }} as person_record_id,
        type_id,
        label,
        coalesce(lower(label) = 'primary', false)
        or coalesce(lower(category) = 'primary', false) as is_marked_primary,
        coalesce(_fivetran_deleted, false) as is_deleted
    from deal_contact_rows

)

select * from deal_contacts
