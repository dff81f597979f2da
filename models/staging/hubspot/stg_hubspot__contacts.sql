with

contact_rows as (

    {{ contract_rows('hubspot', 'contact') }}

),

queues as (

    select rep_id from {{ ref('stg_hubspot__reps') }}
    where is_queue

),

keyed_contacts as (

    select
        contact_rows.*,
        {{ system_key('hubspot', 'hubspot_owner_id') }} as owner_key,
        {{ system_key('hubspot', 'sourced_by_rep_id') }} as sourced_by_key
    from contact_rows

),

owned_contacts as (

    select
        keyed_contacts.*,
        case when owning_queues.rep_id is null then keyed_contacts.owner_key end as rep_key,
        case when sourcing_queues.rep_id is null then keyed_contacts.sourced_by_key end
            as sourcing_rep_key
    from keyed_contacts
    left join queues as owning_queues
        on keyed_contacts.owner_key = owning_queues.rep_id
    left join queues as sourcing_queues
        on keyed_contacts.sourced_by_key = sourcing_queues.rep_id

),

-- HubSpot keeps a person who may buy and a person who has bought in one record, and tells them
-- apart by the lifecycle stage: subscriber, lead, marketing qualified lead, sales qualified lead,
-- opportunity, customer, evangelist, other. "Became a Lead Date" and its like are stamped when the
-- contact enters the stage. A portal's own stage is what the seed lifecycle_stages says. A lead is
-- a contact that is or was in the stage lead or a later one.
contacts as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'id') }} as person_record_id,
        {{ system_key('hubspot', 'associatedcompanyid') }} as account_record_id,
        {{ hubspot_full_name('firstname', 'lastname') }} as full_name,
        email,
        coalesce(phone, mobilephone) as phone,
        jobtitle as job_title,
        job_function,
        company,
        industry,
        {{ read_int('numemployees', 'text') }} as employee_count,
        annualrevenue as annual_revenue,
        marketing_team_size,
        country,
        hs_analytics_source as lead_source,
        {{ system_key('hubspot', 'hs_analytics_source_data_1') }} as campaign_id,
        rep_key as rep_id,
        sourcing_rep_key as sourced_by_rep_id,
        hs_lead_status as status,
        hs_lifecyclestage_marketingqualifiedlead_date as mql_at,
        hs_lifecyclestage_salesqualifiedlead_date as sql_at,
        disqualified_at,
        web_user_id,
        createdate as created_at,
        {{ hubspot_is_deleted(has_archive=true) }} as is_deleted,
        hs_merged_object_ids,
        case
            when
                {{ word_of('lifecycle_stages', 'hubspot', 'lifecyclestage',
                    'lower(lifecyclestage)') }} in (
                    'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity',
                    'customer', 'evangelist'
                )
                then true
            when
                coalesce(
                    hs_lifecyclestage_lead_date, hs_lifecyclestage_marketingqualifiedlead_date,
                    hs_lifecyclestage_salesqualifiedlead_date, hs_lifecyclestage_opportunity_date,
                    hs_lifecyclestage_customer_date, hs_lifecyclestage_evangelist_date
                ) is not null then true
            {% if var('hubspot_lead_without_stage') -%}
            when lifecyclestage is null then true
            {% endif -%}
            else false
        end as is_lead
    from owned_contacts

)

select * from contacts
