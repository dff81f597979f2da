with

deal_history_rows as (

    {{ contract_rows('tabular', 'deal_history') }}

),

deal_history as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'deal_id') }} as deal_id,
        changed_at,
        lower(field) as field,
        old_value,
        new_value
    from deal_history_rows

)

select * from deal_history
