with

leads as (

    {{ union_systems('leads', {
        'system': 'text',
        'lead_id': 'text',
        'created_at': 'timestamp',
        'email': 'text',
        'is_deleted': 'bool',
    }) }}

),

leads_with_identity as (

    select
        lead_id,
        created_at,
        system_order,
        {{ lead_identity() }} as identity
    from leads
    where not is_deleted and {{ local_date('created_at') }} <= {{ as_of_date() }}

),

-- The earliest record is the lead.
identities as (

    select
        lead_id as lead_record_id,
        first_value(lead_id) over (
            partition by identity order by created_at, system_order, {{ key_order('lead_id') }}
        ) as lead_id
    from leads_with_identity

)

select * from identities
