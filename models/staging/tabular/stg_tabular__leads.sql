with

lead_rows as (

    {{ contract_rows('tabular', 'lead') }}

),

-- A lead that names no deal is converted by the first deal that names it.
deals_of_leads as (

    select
        lead_id,
        deal_id,
        created_at
    from {{ ref('stg_tabular__deals') }}
    where lead_id is not null and not is_deleted
    qualify row_number() over (
        partition by lead_id order by created_at nulls last, {{ key_order('deal_id') }}
    ) = 1

),

leads as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'lead_rows.lead_id') }} as lead_id,
        lead_rows.created_at,
        lead_rows.full_name,
        lead_rows.email,
        lead_rows.phone,
        lead_rows.company,
        lead_rows.industry,
        lead_rows.employee_count,
        lead_rows.annual_revenue,
        lead_rows.marketing_team_size,
        lead_rows.country,
        lead_rows.lead_source,
        {{ system_key('tabular', 'lead_rows.campaign') }} as campaign_id,
        {{ system_key('tabular', 'lead_rows.owner_rep_id') }} as rep_id,
        {{ system_key('tabular', 'lead_rows.sourced_by_rep_id') }} as sourced_by_rep_id,
        lead_rows.status,
        lead_rows.mql_at,
        lead_rows.sql_at,
        coalesce(
            lead_rows.converted_at,
            case when lead_rows.converted_deal_id is null then deals_of_leads.created_at end
        ) as converted_at,
        {{ system_key('tabular', 'lead_rows.converted_account_id') }}
            as converted_account_record_id,
        {{ system_key('tabular', 'lead_rows.converted_person_id') }}
            as converted_person_record_id,
        coalesce(
            {{ system_key('tabular', 'lead_rows.converted_deal_id') }}, deals_of_leads.deal_id
        ) as converted_deal_id,
        lead_rows.disqualified_at,
        lead_rows.web_user_id,
        coalesce(lead_rows.is_deleted, false) as is_deleted,
        {{ system_key('tabular', 'lead_rows.merged_into_lead_id') }} as merged_into_lead_id
    from lead_rows
    left join deals_of_leads
        on {{ system_key('tabular', 'lead_rows.lead_id') }} = deals_of_leads.lead_id

)

select * from leads
