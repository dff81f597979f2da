with

deal_property_history_rows as (

    {{ contract_rows('hubspot', 'deal_property_history') }}

),

queues as (

    select rep_id from {{ ref('stg_hubspot__reps') }}
    where is_queue

),

keyed_properties as (

    select
        *,
        {{ with_instance_of('hubspot', 'deal_id', 'value') }} as id_value
    from deal_property_history_rows

),

properties_with_owner as (

    select
        keyed_properties.*,
        case when queues.rep_id is null then {{ system_key('hubspot', 'id_value') }} end
            as owner_key
    from keyed_properties
    left join queues
        on {{ system_key('hubspot', 'id_value') }} = queues.rep_id

),

-- HubSpot keeps every value as text: a stage and an owner by their ids, an amount as a number, and
-- the close date as a moment, in milliseconds since 1970 or in ISO form, which becomes a date here.
deal_property_changes as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'deal_id') }} as deal_id,
        timestamp as changed_at,
        case lower(name)
            when 'dealstage' then 'stage'
            when 'closedate' then 'close_date'
            when 'hubspot_owner_id' then 'owner'
            else lower(name)
        end as field,
        case lower(name)
            when 'dealstage' then {{ system_key('hubspot', 'id_value') }}
            when 'hubspot_owner_id' then owner_key
            when 'amount' then {{ as_text(read_decimal('value', 'text')) }}
            when 'closedate'
                then {{ as_text(hubspot_local_date_of_text('value')) }}
            else value
        end as new_value,
        value as raw_value
    from properties_with_owner

)

select * from deal_property_changes
