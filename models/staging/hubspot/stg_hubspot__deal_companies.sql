with

deal_company_rows as (

    {{ contract_rows('hubspot', 'deal_company') }}

),

-- The numbers of types are counted anew in each category: HubSpot's own type 5 is "Deal to primary
-- company", one of the portal's own may be anything. A list without types has the primary company
-- twice, once as such and once as any other.
deal_companies as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'deal_id') }} as deal_id,
        {{ system_key('hubspot', 'company_id') }} as account_record_id,
        type_id,
        coalesce(lower(category) = 'primary', false)
        or (
            coalesce(lower(category) = 'hubspot_defined', category is null)
            and coalesce(type_id = '5' or lower(label) = 'primary', false)
        )
        or coalesce(type_id is null and times_listed > 1, false) as is_marked_primary,
        coalesce(_fivetran_deleted, false) as is_deleted
    from deal_company_rows

)

select * from deal_companies
