with

task_rows as (

    {{ contract_rows('salesforce', 'task') }}

),

-- TaskSubtype: Task, Email, ListEmail, Cadence, Call. A task not closed is still to be done. The
-- company's mapping of its own types goes before the subtype, which is Task for all rows of a
-- telephone system.
tasks_with_kind as (

    select
        *,
        coalesce(
            {{ word_of('activity_types', 'salesforce', 'type', text_null()) }},
            {{ word_of('activity_types', 'salesforce', 'task_subtype', text_null()) }},
            replace(lower(coalesce(task_subtype, type)), ' ', '')
        ) as kind,
        coalesce(is_closed, lower(status) = 'completed', true) as is_done,
        {{ word_of('activity_outcomes', 'salesforce', 'call_disposition',
            "lower(replace(call_disposition, ' ', '_'))") }} as disposition,
        {{ word_of('activity_directions', 'salesforce', 'call_type', 'lower(call_type)') }}
            as call_direction
    from task_rows

),

-- "CallType: the type of call being answered: Inbound, Internal, or Outbound". An e-mail that
-- stands as a task was sent by the user.
tasks as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'id') }} as activity_id,
        case
            when is_done and kind = 'call' then 'call'
            when is_done and kind in ('email', 'listemail') then 'email'
            else 'task'
        end as activity_type,
        case
            when completed_date_time is not null then completed_date_time
            when created_date is not null and is_done and coalesce(
                activity_date = {{ local_date('created_date') }}, true
            ) then created_date
            else coalesce({{ start_of_local_day('activity_date') }}, created_date)
        end as occurred_at,
        {{ salesforce_owner_key() }} as rep_id,
        coalesce(
            {{ salesforce_key_of('what_id', 'account') }},
            {{ system_key('salesforce', 'account_id') }}
        ) as account_record_id,
        {{ salesforce_key_of('who_id', 'contact') }} as person_record_id,
        {{ salesforce_key_of('who_id', 'lead') }} as lead_id,
        {{ salesforce_key_of('what_id', 'opportunity') }} as deal_id,
        case
            when not is_done then null
            when kind = 'call' and call_direction in ('inbound', 'outbound') then call_direction
            when kind in ('email', 'listemail') then 'outbound'
        end as direction,
        case
            when not is_done or kind <> 'call' then null
            when
                disposition like 'connected%'
                or disposition in ('call_connected', 'answered', 'spoke', 'contacted', 'reached')
                then 'connected'
            when disposition in ('no_answer', 'not_answered', 'unanswered') then 'no_answer'
            else disposition
        end as outcome,
        coalesce(is_automated, false) or coalesce(kind = 'listemail', false) as is_automated,
        -- The record of a series ("IsRecurrence") is no task of its own.
        {{ salesforce_is_deleted() }} or coalesce(is_recurrence, false) as is_deleted
    from tasks_with_kind

)

select * from tasks
