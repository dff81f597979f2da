with

leads as (

    {{ union_systems('leads', {
        'system': 'text', 'lead_id': 'text', 'created_at': 'timestamp', 'full_name': 'text',
        'email': 'text', 'phone': 'text', 'company': 'text', 'industry': 'text',
        'employee_count': 'int', 'annual_revenue': 'decimal', 'marketing_team_size': 'int',
        'country': 'text', 'lead_source': 'text', 'campaign_id': 'text', 'rep_id': 'text',
        'sourced_by_rep_id': 'text', 'status': 'text', 'mql_at': 'timestamp', 'sql_at': 'timestamp',
        'converted_at': 'timestamp', 'converted_account_record_id': 'text',
        'converted_person_record_id': 'text', 'converted_deal_id': 'text', 'web_user_id': 'text',
        'is_deleted': 'bool',
    }) }}

),

lead_merges as (

    select *
    from {{ ref('int_leads__merges') }}

),

-- What the losers of its merges were converted to, the earliest first.
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
        order by leads.converted_at nulls last, leads.lead_id
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
        leads.rep_id,
        leads.sourced_by_rep_id,
        leads.status,
        leads.mql_at,
        leads.sql_at,
        leads.web_user_id,
        leads.is_deleted,
        {% for column in [
            'converted_at', 'converted_account_record_id', 'converted_person_record_id',
            'converted_deal_id'
        ] -%}
        case
            when leads.converted_deal_id is null and conversions_of_losers.lead_id is not null
                then conversions_of_losers.{{ column }}
            else leads.{{ column }}
        end as {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from leads
    left join lead_merges
        on leads.lead_id = lead_merges.lead_id
    left join conversions_of_losers
        on leads.lead_id = conversions_of_losers.lead_id
    where lead_merges.lead_id is null

),

-- Facts after `as_of_date` do not exist: neither a lead created later nor a conversion that had not
-- happened yet.
existing_leads as (

    select
        *,
        {{ local_date('created_at') }} as created_date,
        coalesce({{ local_date('converted_at') }} <= {{ as_of_date() }}, true) as is_known_by_now,
        is_known_by_now and converted_deal_id is not null as has_deal,
        {{ lead_identity() }} as identity
    from surviving_leads
    where not is_deleted and {{ local_date('created_at') }} <= {{ as_of_date() }}

),

-- The earliest record is the lead.
leads_in_order as (

    select
        *,
        row_number() over (
            partition by identity order by created_at, system_order, lead_id
        ) as record_order
    from existing_leads

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
        company,
        industry,
        employee_count,
        annual_revenue,
        marketing_team_size,
        country,
        lead_source,
        campaign_id,
        rep_id,
        sourced_by_rep_id,
        status,
        mql_at,
        sql_at,
        web_user_id,
        first_value(case when is_known_by_now then converted_deal_id end) over (
            partition by identity order by not has_deal, record_order
        ) as converted_deal_id,
        first_value(case when is_known_by_now then converted_at end) over (
            partition by identity order by not has_deal, record_order
        ) as converted_at,
        first_value(case when is_known_by_now then converted_account_record_id end) over (
            partition by identity order by not has_deal, record_order
        ) as converted_account_record_id,
        first_value(case when is_known_by_now then converted_person_record_id end) over (
            partition by identity order by not has_deal, record_order
        ) as converted_person_record_id
    from leads_in_order
    qualify record_order = 1

)

select * from united_leads
