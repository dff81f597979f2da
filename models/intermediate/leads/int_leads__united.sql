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
        'converted_at': 'timestamp',
        'converted_deal_id': 'text',
        'is_deleted': 'bool',
    }) }}

),

-- Facts after `as_of_date` do not exist: neither a lead created later nor a conversion that had not
-- happened yet.
existing_leads as (

    select
        *,
        {{ local_date('created_at') }} as created_date,
        lower(email) as normalised_email,
        case
            when coalesce({{ local_date('converted_at') }} <= {{ as_of_date() }}, true)
                then converted_deal_id
        end as converted_deal_id_by_now
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

-- The earliest record is the lead.
leads_in_order as (

    select
        *,
        row_number() over (
            partition by identity
            order by created_at, system_order, lead_id
        ) as record_order
    from leads_numbered_by_email

),

-- Its conversion is its own or, where it has none, that of the next record that has one.
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
        first_value(converted_deal_id_by_now) over (
            partition by identity order by converted_deal_id_by_now is null, record_order
        ) as converted_deal_id,
        first_value(converted_at) over (
            partition by identity order by converted_deal_id_by_now is null, record_order
        ) as converted_at
    from leads_in_order
    qualify record_order = 1

)

select * from united_leads
