with

deal_people as (

    select *
    from {{ ref('int_deal_people__united') }}

),

deals as (

    select *
    from {{ ref('int_deals__delivered') }}

),

people_of_deals as (

    select
        'person' as record_type,
        deal_id,
        person_record_id as record_id,
        case when is_primary then 2 end as primary_order,
        role
    from deal_people
    union all
    select
        'person' as record_type,
        deal_id,
        primary_person_record_id as record_id,
        1 as primary_order,
        null as role
    from deals
    where primary_person_record_id is not null
    union all
    select
        'lead' as record_type,
        converted_deal_id as deal_id,
        lead_id as record_id,
        null as primary_order,
        null as role
    from {{ ref('int_leads__merged') }}
    where converted_deal_id is not null

),

-- A deal that lost a merge gives its people to the survivor.
people_of_surviving_deals as (

    select
        survivors.surviving_deal_id as deal_id,
        identities.person_id,
        min(
            case
                when people_of_deals.deal_id = survivors.surviving_deal_id
                    then people_of_deals.primary_order
            end
        ) as primary_order,
        min(people_of_deals.role) as role
    from people_of_deals
    inner join {{ ref('int_deals__survivors') }} as survivors
        on people_of_deals.deal_id = survivors.deal_id
    inner join {{ ref('int_deals__valued') }} as valued_deals
        on survivors.surviving_deal_id = valued_deals.deal_id
    inner join {{ ref('int_people__identities') }} as identities
        on
            people_of_deals.record_type = identities.record_type
            and people_of_deals.record_id = identities.record_id
    where identities.person_id is not null
    group by survivors.surviving_deal_id, identities.person_id

),

-- One person at most is primary: the one that the deal itself names, else one marked so.
people_in_order as (

    select
        deal_id,
        person_id,
        coalesce(
            primary_order is not null
            and row_number() over (
                partition by deal_id order by primary_order nulls last, person_id
            ) = 1,
            false
        ) as is_primary,
        role
    from people_of_surviving_deals

)

select * from people_in_order
