with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}
    where is_lead

),

-- A record that names a deal that lost a merge names its survivor.
deal_people as (

    select distinct
        coalesce(deal_merges.survivor_record_id, people_of_deals.deal_id) as deal_id,
        people_of_deals.person_record_id
    from {{ ref('stg_hubspot__deal_people') }} as people_of_deals
    left join {{ ref('stg_hubspot__deal_merges') }} as deal_merges
        on people_of_deals.deal_id = deal_merges.record_id

),

deal_rows as (

    {{ contract_rows('hubspot', 'deal') }}

),

deals as (

    select
        {{ system_key('hubspot', 'deal_id') }} as deal_id,
        createdate as created_at
    from deal_rows
    where not ({{ hubspot_is_deleted(has_archive=true) }})

),

-- HubSpot has no conversion of a lead: it is converted by the first deal that names it and was not
-- created before it.
first_deals as (

    select
        contacts.person_record_id,
        deals.deal_id,
        deals.created_at
    from contacts
    inner join deal_people
        on contacts.person_record_id = deal_people.person_record_id
    inner join deals
        on deal_people.deal_id = deals.deal_id
    where deals.created_at >= contacts.created_at
    qualify row_number() over (
        partition by contacts.person_record_id
        order by deals.created_at, {{ hubspot_id_order('deals.deal_id') }}
    ) = 1

),

leads as (

    select
        contacts.system,
        contacts.person_record_id as lead_id,
        contacts.created_at,
        contacts.full_name,
        contacts.email,
        contacts.phone,
        contacts.company,
        contacts.industry,
        contacts.employee_count,
        contacts.annual_revenue,
        contacts.marketing_team_size,
        contacts.country,
        contacts.lead_source,
        contacts.campaign_id,
        contacts.rep_id,
        contacts.sourced_by_rep_id,
        contacts.status,
        contacts.mql_at,
        contacts.sql_at,
        first_deals.created_at as converted_at,
        contacts.account_record_id as converted_account_record_id,
        contacts.person_record_id as converted_person_record_id,
        first_deals.deal_id as converted_deal_id,
        contacts.disqualified_at,
        contacts.web_user_id,
        contacts.is_deleted,
        -- A contact's merges are told apart from it, in stg_hubspot__person_merges.
        cast(null as {{ dbt.type_string() }}) as merged_into_lead_id
    from contacts
    left join first_deals
        on contacts.person_record_id = first_deals.person_record_id

)

select * from leads
