with

activity_rows as (

    {{ contract_rows('tabular', 'activity') }}

),

activities as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'activity_id') }} as activity_id,
        {{ word_of('activity_types', 'tabular', 'activity_type', 'lower(activity_type)') }}
            as activity_type,
        occurred_at,
        {{ system_key('tabular', 'rep_id') }} as rep_id,
        {{ system_key('tabular', 'account_id') }} as account_record_id,
        {{ system_key('tabular', 'person_id') }} as person_record_id,
        {{ system_key('tabular', 'lead_id') }} as lead_id,
        {{ system_key('tabular', 'deal_id') }} as deal_id,
        {{ word_of('activity_directions', 'tabular', 'direction', 'lower(direction)') }}
            as direction,
        {{ word_of('activity_outcomes', 'tabular', 'outcome', 'lower(outcome)') }} as outcome,
        coalesce(is_automated, false) as is_automated,
        false as is_deleted
    from activity_rows

)

select * from activities
