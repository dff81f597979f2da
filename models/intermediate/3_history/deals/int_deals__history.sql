with

changes as (

    select * from {{ ref('int_deals__changes') }}

),

deals as (

    select *
    from {{ ref('int_deals__united') }}
    where deal_id = surviving_deal_id and not is_deleted

),

fields as (

    select 'stage' as field
    union all
    select 'owner' as field
    union all
    select 'amount' as field
    union all
    select 'close_date' as field

),

-- Before the first change the old value held, after the last one the record speaks. A stage that
-- was recorded first at some time after the creation had been the deal's from the creation on.
versions as (

    select
        deals.deal_id,
        fields.field,
        case
            when fields.field = 'stage'
                then coalesce(first_changes.old_value, first_changes.new_value)
            else first_changes.old_value
        end as told_value,
        first_changes.deal_id is null as is_of_record,
        fields.field = 'stage'
        and first_changes.deal_id is not null
        and first_changes.old_value is null as is_inferred,
        cast(null as timestamp) as valid_from_at,
        first_changes.changed_at as valid_to_at
    from deals
    cross join fields
    left join changes as first_changes
        on
            deals.deal_id = first_changes.deal_id
            and fields.field = first_changes.field
            and first_changes.change_number = 1
    union all
    select
        changes.deal_id,
        changes.field,
        changes.new_value as told_value,
        changes.next_changed_at is null as is_of_record,
        false as is_inferred,
        changes.changed_at as valid_from_at,
        changes.next_changed_at as valid_to_at
    from changes
    inner join fields
        on changes.field = fields.field

),

-- A history tells of all fields in text; here each field gets its column and type. The close date
-- of an open deal is the one expected; a deal that has its own field for that keeps it apart from
-- its close date, whose changes are another history: without them the field holds.
typed_versions as (

    select
        versions.deal_id,
        versions.field,
        versions.is_inferred,
        versions.valid_from_at,
        versions.valid_to_at,
        case
            when versions.field <> 'stage' then null
            when versions.is_of_record then deals.stage_id
            else versions.told_value
        end as stage_id,
        case
            when versions.field <> 'owner' then null
            when versions.is_of_record then deals.rep_id
            else versions.told_value
        end as rep_id,
        case
            when versions.field <> 'amount' then null
            when versions.is_of_record then deals.amount
            else try_cast(versions.told_value as {{ sql_type('decimal') }})
        end as amount,
        case
            when versions.field <> 'close_date' then null
            when not versions.is_of_record then try_cast(versions.told_value as date)
            when versions.valid_from_at is not null and deals.is_closed then deals.close_date
            else deals.expected_close_date
        end as expected_close_date
    from versions
    inner join deals
        on versions.deal_id = deals.deal_id

)

select * from typed_versions
