with

event_rows as (

    {{ contract_rows('salesforce', 'event') }}

),

events_with_begin as (

    select
        *,
        coalesce(
            case
                when is_all_day_event
                    then {{ start_of_local_day(
                        'coalesce(activity_date, cast(start_date_time as date))'
                    ) }}
            end,
            start_date_time,
            activity_date_time,
            {{ start_of_local_day('activity_date') }},
            created_date
        ) as begins_at,
        coalesce(is_cancelled, false)
        or coalesce(lower(status) in ('cancelled', 'canceled'), false)
        or coalesce(
            lower(subject) like 'cancelled:%' or lower(subject) like 'canceled:%', false
        ) as is_called_off
    from event_rows

),

-- An event is held unless it was cancelled or is in the future. "IsChild: indicates whether the
-- event is a child of another event": the same meeting in another calendar, which counts once. The
-- record of a series ("IsRecurrence") is no event of its own. An all-day event begins at 0:00 UTC
-- whatever its owner's zone; its day is "ActivityDate".
event_activities as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as activity_id,
        'meeting' as activity_type,
        begins_at as occurred_at,
        {{ salesforce_owner_key() }} as rep_id,
        coalesce(
            {{ salesforce_key_of('what_id', 'account') }},
            {{ system_key('salesforce', 'account_id') }}
        ) as account_record_id,
        {{ salesforce_key_of('who_id', 'contact') }} as person_record_id,
        {{ salesforce_key_of('who_id', 'lead') }} as lead_id,
        {{ salesforce_key_of('what_id', 'opportunity') }} as deal_id,
        'outbound' as direction,
        case
            when is_called_off then 'cancelled'
            when {{ local_date('begins_at') }} <= {{ as_of_date() }} then 'held'
            else 'planned'
        end as outcome,
        coalesce(is_automated, false) as is_automated,
        {{ salesforce_is_deleted() }}
        or coalesce(is_child, false)
        or coalesce(is_recurrence, false) as is_deleted
    from events_with_begin

)

select * from event_activities
