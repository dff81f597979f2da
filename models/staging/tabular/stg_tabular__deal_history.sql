{% set forms = forms_of_table('tabular', 'deal_history') -%}

with

deal_history_rows as (

    {{ contract_rows('tabular', 'deal_history') }}

),

fields_in_shared_words as (

    select
        deal_id,
        changed_at,
        case {{ history_field('field') }}
            when 'ownerrepid' then 'owner'
            when 'expectedclosedate' then 'close_date'
            when 'closedate' then 'close_date'
            else lower(field)
        end as field,
        old_value,
        new_value
    from deal_history_rows

),

deal_history as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'deal_id') }} as deal_id,
        changed_at,
        field,
        {{ history_value('tabular', 'field', 'old_value', 'deal_id', forms) }} as old_value,
        {{ history_value('tabular', 'field', 'new_value', 'deal_id', forms) }} as new_value
    from fields_in_shared_words

)

select * from deal_history
