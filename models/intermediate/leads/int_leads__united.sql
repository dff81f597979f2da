with

leads as (

    {{ union_systems('leads', {
        'system': 'text',
        'lead_id': 'text',
        'created_at': 'timestamp',
        'full_name': 'text',
        'email': 'text',
        'phone': 'text',
        'industry': 'text',
        'country': 'text',
        'lead_source': 'text',
        'campaign_id': 'text',
        'rep_id': 'text',
        'sourced_by_rep_id': 'text',
        'mql_at': 'timestamp',
        'sql_at': 'timestamp',
        'converted_at': 'timestamp',
        'converted_deal_id': 'text',
        'is_deleted': 'bool',
    }) }}

),

existing_leads as (

    select
        *,
        {{ local_date('created_at') }} as created_date,
        lower(email) as normalised_email
    from leads
    where not is_deleted and {{ local_date('created_at') }} <= {{ as_of_date() }}

),

-- The first lead of an address in one system and the first of the same address in another are one
-- lead, and so are the second ones; inside one system each record counts.
leads_numbered_by_email as (

    select
        *,
        case
            when normalised_email is null then lead_id
            else normalised_email || '#' || cast(row_number() over (
                partition by system, normalised_email
                order by created_at, lead_id
            ) as {{ dbt.type_string() }})
        end as identity
    from existing_leads

),

-- The earliest record is the lead; it takes a conversion from the others only where it has none of
-- its own.
leads_with_conversion as (

    select
        *,
        row_number() over (
            partition by identity
            order by created_at, system_order, lead_id
        ) as record_order,
        min_by(converted_deal_id, created_at) filter (where converted_deal_id is not null)
            over (partition by identity) as identity_converted_deal_id,
        min_by(converted_at, created_at) filter (where converted_deal_id is not null)
            over (partition by identity) as identity_converted_at
    from leads_numbered_by_email

),

united_leads as (

    select
        lead_id,
        system,
        created_at,
        created_date,
        full_name,
        email,
        phone,
        industry,
        country,
        lead_source,
        campaign_id,
        rep_id,
        sourced_by_rep_id,
        mql_at,
        sql_at,
        coalesce(converted_at, identity_converted_at) as converted_at,
        coalesce(converted_deal_id, identity_converted_deal_id) as converted_deal_id
    from leads_with_conversion
    where record_order = 1

)

select * from united_leads
