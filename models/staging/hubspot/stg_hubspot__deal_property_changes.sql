with

deal_property_history_rows as (

    {{ contract_rows('hubspot', 'deal_property_history') }}

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
            when 'dealstage' then {{ system_key('hubspot', with_instance_of('hubspot', 'deal_id', 'value')) }}
            when 'hubspot_owner_id' then {{ system_key('hubspot', with_instance_of('hubspot', 'deal_id', 'value')) }}
            when 'amount' then {{ as_text(read_decimal('value', 'text')) }}
            when 'closedate'
                then {{ as_text(hubspot_local_date_of_text('value')) }}
            else value
        end as new_value,
        value as raw_value
    from deal_property_history_rows

)

select * from deal_property_changes
