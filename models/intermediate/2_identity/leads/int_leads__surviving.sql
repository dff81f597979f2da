with

leads as (

    select *
    from {{ ref('int_leads__united') }}

),

lead_merges as (

    select *
    from {{ ref('int_leads__merges') }}

),

owners_as_of_date as (

    select *
    from {{ ref('int_owners__as_of_date') }}
    where record_type = 'lead'

),

-- The conversions of the losers of its merges, the earliest first.
conversions_of_losers as (

    select
        lead_merges.surviving_lead_id as lead_id,
        leads.converted_at,
        leads.converted_account_record_id,
        leads.converted_person_record_id,
        leads.converted_deal_id
    from leads
    inner join lead_merges
        on leads.lead_id = lead_merges.lead_id
    where leads.converted_deal_id is not null
    qualify row_number() over (
        partition by lead_merges.surviving_lead_id
        order by leads.converted_at nulls last, {{ key_order('leads.lead_id') }}
    ) = 1

),

-- The loser of a merge is no lead; the deal that it became is the survivor's, if that has none.
surviving_leads as (

    select
        leads.lead_id,
        leads.system,
        leads.system_order,
        leads.created_at,
        leads.full_name,
        leads.email,
        leads.phone,
        leads.company,
        leads.industry,
        leads.employee_count,
        leads.annual_revenue,
        leads.marketing_team_size,
        leads.country,
        leads.lead_source,
        leads.campaign_id,
        case
            when owners_as_of_date.record_id is null then leads.rep_id
            else owners_as_of_date.rep_id
        end as rep_id,
        leads.sourced_by_rep_id,
        leads.status,
        leads.mql_at,
        leads.sql_at,
        leads.disqualified_at,
        leads.web_user_id,
        leads.is_deleted,
        leads.converted_deal_id is null and conversions_of_losers.lead_id is not null as takes_over,
        case
            when takes_over then conversions_of_losers.converted_at
            else leads.converted_at
        end as converted_at,
        case
            when takes_over then conversions_of_losers.converted_account_record_id
            else leads.converted_account_record_id
        end as converted_account_record_id,
        case
            when takes_over then conversions_of_losers.converted_person_record_id
            else leads.converted_person_record_id
        end as converted_person_record_id,
        case
            when takes_over then conversions_of_losers.converted_deal_id
            else leads.converted_deal_id
        end as converted_deal_id
    from leads
    left join lead_merges
        on leads.lead_id = lead_merges.lead_id
    left join conversions_of_losers
        on leads.lead_id = conversions_of_losers.lead_id
    left join owners_as_of_date
        on leads.lead_id = owners_as_of_date.record_id
    where lead_merges.lead_id is null

)

select * from surviving_leads
