{%- do enable_for('hubspot') -%}

with

deal_property_changes as (

    select * from {{ ref('stg_hubspot__deal_property_changes') }}

),

deal_stage_entries as (

    select * from {{ ref('stg_hubspot__deal_stage_entries') }}

),

deals_with_property_history as (

    select distinct deal_id
    from deal_property_changes
    where field = 'stage'

),

-- The property history tells a deal's stages; only for a deal without one, the table of the stages
-- that it has entered does.
changes as (

    select
        system,
        deal_id,
        changed_at,
        field,
        new_value,
        raw_value
    from deal_property_changes
    union all
    select
        deal_stage_entries.system,
        deal_stage_entries.deal_id,
        deal_stage_entries.changed_at,
        'stage' as field,
        deal_stage_entries.stage_id as new_value,
        deal_stage_entries.stage_id as raw_value
    from deal_stage_entries
    left join deals_with_property_history
        on deal_stage_entries.deal_id = deals_with_property_history.deal_id
    where deals_with_property_history.deal_id is null

),

deal_history as (

    select
        system,
        deal_id,
        changed_at,
        field,
        lag(new_value) over (
            partition by deal_id, field
            order by changed_at, raw_value nulls last
        ) as old_value,
        new_value
    from changes

)

select * from deal_history
