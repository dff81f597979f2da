with

opportunity_history_rows as (

    {{ contract_rows('salesforce', 'opportunity_history') }}

),

deal_versions as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as version_id,
        {{ system_key('salesforce', 'opportunity_id') }} as deal_id,
        created_date as changed_at,
        {{ system_key('salesforce', 'stage_name') }} as stage,
        {{ as_text('amount') }} as amount,
        {{ as_text('close_date') }} as close_date,
        {{ salesforce_is_deleted() }} as is_deleted
    from opportunity_history_rows

)

select * from deal_versions
