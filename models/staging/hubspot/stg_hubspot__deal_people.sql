{%- do enable_for('hubspot') -%}

with

deal_contacts as (

    select * from {{ ref('stg_hubspot__deal_contacts') }}
    where not is_deleted

),

person_merges as (

    select * from {{ ref('stg_hubspot__person_merges') }}

),

-- The association of a contact that lost a merge is one of the survivor.
associations as (

    select
        deal_contacts.system,
        deal_contacts.deal_id,
        coalesce(person_merges.survivor_record_id, deal_contacts.person_record_id)
            as person_record_id,
        deal_contacts.label,
        deal_contacts.is_marked_primary
    from deal_contacts
    left join person_merges
        on deal_contacts.person_record_id = person_merges.record_id

),

pairs as (

    select
        system,
        deal_id,
        person_record_id,
        min(label) as role,
        bool_or(is_marked_primary) as is_marked_primary
    from associations
    group by system, deal_id, person_record_id

),

-- HubSpot has no primary contact of a deal. It is the one with the label Primary, if the portal has
-- made such a label, else the one of the smallest id.
deal_people as (

    select
        system,
        deal_id,
        person_record_id,
        row_number() over (
            partition by deal_id
            order by
                case when is_marked_primary then 1 else 2 end,
                {{ hubspot_id_order('person_record_id') }}
        ) = 1 as is_primary,
        role
    from pairs

)

select * from deal_people
