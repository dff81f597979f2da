{%- do enable_for('hubspot') -%}

with

-- Rows without any value tell nothing of a deal's field; beside values they tell that it was
-- cleared.
deal_property_changes as (

    select * from {{ ref('stg_hubspot__deal_property_changes') }}
    qualify count(raw_value) over (partition by deal_id, field) > 0

),

deal_stage_entries as (

    select * from {{ ref('stg_hubspot__deal_stage_entries') }}

),

-- The source that reaches further back tells a deal's stages: the property history, which may be
-- kept of a part of the past only, or the table of the stages that the deal has entered.
deals_told_by_entries as (

    select deal_stage_entries.deal_id
    from deal_stage_entries
    left join deal_property_changes
        on
            deal_stage_entries.deal_id = deal_property_changes.deal_id
            and deal_property_changes.field = 'stage'
    group by deal_stage_entries.deal_id
    having
        count(deal_property_changes.field) = 0
        or min(deal_stage_entries.changed_at) < min(deal_property_changes.changed_at)

),

changes as (

    select
        deal_property_changes.system,
        deal_property_changes.deal_id,
        deal_property_changes.changed_at,
        deal_property_changes.field,
        deal_property_changes.new_value,
        deal_property_changes.raw_value
    from deal_property_changes
    left join deals_told_by_entries
        on
            deal_property_changes.deal_id = deals_told_by_entries.deal_id
            and deal_property_changes.field = 'stage'
    where deals_told_by_entries.deal_id is null
    union all
    select
        deal_stage_entries.system,
        deal_stage_entries.deal_id,
        deal_stage_entries.changed_at,
        'stage' as field,
        deal_stage_entries.stage_id as new_value,
        deal_stage_entries.stage_id as raw_value
    from deal_stage_entries
    inner join deals_told_by_entries
        on deal_stage_entries.deal_id = deals_told_by_entries.deal_id

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
