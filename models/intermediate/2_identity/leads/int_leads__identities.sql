with

leads as (

    select *
    from {{ ref('int_leads__united') }}

),

lead_merges as (

    select *
    from {{ ref('int_leads__merges') }}

),

-- The loser of a merge is no lead.
existing_leads as (

    select leads.*
    from leads
    left join lead_merges
        on leads.lead_id = lead_merges.lead_id
    where
        lead_merges.lead_id is null
        and not leads.is_deleted
        and {{ local_date('leads.created_at') }} <= {{ as_of_date() }}

),

leads_with_identity as (

    select
        lead_id,
        created_at,
        system_order,
        {{ lead_identity() }} as identity
    from existing_leads

),

-- The earliest record is the lead.
identities as (

    select
        lead_id as lead_record_id,
        first_value(lead_id) over (
            partition by identity order by created_at, system_order, {{ key_order('lead_id') }}
        ) as lead_id
    from leads_with_identity

),

-- A record that names the loser of a merge names the survivor.
identities_of_all as (

    select
        lead_record_id,
        lead_id
    from identities
    union all
    select
        lead_merges.lead_id as lead_record_id,
        identities.lead_id
    from lead_merges
    inner join identities
        on lead_merges.surviving_lead_id = identities.lead_record_id

)

select * from identities_of_all
