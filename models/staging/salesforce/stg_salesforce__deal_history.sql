with

opportunity_field_history_rows as (

    {{ contract_rows('salesforce', 'opportunity_field_history') }}

),

deal_history as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'opportunity_id') }} as deal_id,
        created_date as changed_at,
        lower(field) as field,
        old_value,
        new_value
    from opportunity_field_history_rows

)

select * from deal_history
