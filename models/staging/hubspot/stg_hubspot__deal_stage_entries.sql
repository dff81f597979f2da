with

deal_stage_rows as (

    {{ contract_rows('hubspot', 'deal_stage') }}

),

deal_stage_entries as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'deal_id') }} as deal_id,
        date_entered as changed_at,
        {{ system_key('hubspot', 'value') }} as stage_id
    from deal_stage_rows

)

select * from deal_stage_entries
