with

opportunity_field_history_rows as (

    {{ contract_rows('salesforce', 'opportunity_field_history') }}

),

fields_in_shared_words as (

    select
        opportunity_id,
        created_date,
        case lower(replace(field, '_', ''))
            when 'stagename' then 'stage'
            when 'closedate' then 'close_date'
            when 'ownerid' then 'owner'
            else lower(field)
        end as field,
        old_value,
        new_value,
        {{ salesforce_is_removed() }} as is_deleted
    from opportunity_field_history_rows

),

deal_field_changes as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'opportunity_id') }} as deal_id,
        created_date as changed_at,
        field,
        old_value as raw_old_value,
        new_value as raw_new_value,
        {{ history_value('salesforce', 'field', 'old_value') }} as old_value,
        {{ history_value('salesforce', 'field', 'new_value') }} as new_value,
        is_deleted
    from fields_in_shared_words

)

select * from deal_field_changes
