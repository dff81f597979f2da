{%- do enable_for('salesforce') -%}

with

deal_field_changes as (

    select *
    from {{ ref('stg_salesforce__deal_field_changes') }}
    where not is_deleted

),

-- "OpportunityFieldHistory" keeps a change of owner twice, once by name and once by id; only the
-- one by id says who it was.
changes_by_id as (

    select *
    from deal_field_changes
    where
        coalesce(raw_old_value, raw_new_value) is not null
        and (
            field <> 'owner'
            or {{ matches("coalesce(raw_new_value, raw_old_value, '')", '^00[5G][A-Za-z0-9]{12}') }}
        )

),

changes_of_versions as (

    select *
    from {{ ref('stg_salesforce__deal_version_changes') }}

),

-- Field history is kept of chosen fields and for a while only. The versions stand in for a deal's
-- field that it has no change of, or of which they know a change before its first one.
fields_of_versions as (

    select
        changes_of_versions.deal_id,
        changes_of_versions.field
    from changes_of_versions
    left join changes_by_id
        on
            changes_of_versions.deal_id = changes_by_id.deal_id
            and changes_of_versions.field = changes_by_id.field
    group by changes_of_versions.deal_id, changes_of_versions.field
    having
        count(changes_by_id.field) = 0
        or min(
            case
                when changes_of_versions.old_value is not null then changes_of_versions.changed_at
            end
        ) < min(changes_by_id.changed_at)

),

deal_history as (

    select
        changes_by_id.system,
        changes_by_id.deal_id,
        changes_by_id.changed_at,
        changes_by_id.field,
        case
            when changes_by_id.field <> 'owner' or changes_by_id.raw_old_value like '005%'
                then changes_by_id.old_value
        end as old_value,
        case
            when changes_by_id.field <> 'owner' or changes_by_id.raw_new_value like '005%'
                then changes_by_id.new_value
        end as new_value
    from changes_by_id
    left join fields_of_versions
        on
            changes_by_id.deal_id = fields_of_versions.deal_id
            and changes_by_id.field = fields_of_versions.field
    where fields_of_versions.deal_id is null
    union all
    select
        'salesforce' as system,
        changes_of_versions.deal_id,
        changes_of_versions.changed_at,
        changes_of_versions.field,
        changes_of_versions.old_value,
        changes_of_versions.new_value
    from changes_of_versions
    inner join fields_of_versions
        on
            changes_of_versions.deal_id = fields_of_versions.deal_id
            and changes_of_versions.field = fields_of_versions.field

)

select * from deal_history
