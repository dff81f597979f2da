with

changes as (

    select * from {{ ref('int_deals__changes') }}

),

-- The close date of an open deal is the one expected; a deal that has its own field for that keeps
-- it apart from its close date, whose changes are another history: without them the field holds.
deals as (

    select
        *,
        case when is_closed then close_date else expected_close_date end as known_close_date
    from {{ ref('int_deals__delivered') }}
    where deal_id = surviving_deal_id and not is_deleted

),

fields as (

    {% for name in deal_fields() -%}
    select '{{ name }}' as field
    {{ 'union all' if not loop.last }}
    {% endfor %}

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

-- A history tells of all fields in text; here each field gets its column and type.
typed_versions as (

    select
        versions.deal_id,
        versions.field,
        {% for name, field in deal_fields().items() -%}
        {{ held_value(name, field) }} as {{ field.column }},
        {% endfor -%}
        versions.is_inferred,
        versions.valid_from_at,
        versions.valid_to_at
    from versions
    inner join deals
        on versions.deal_id = deals.deal_id

)

select * from typed_versions
