{% set today = {
    'stage': ['stage_id', 'stage_id'],
    'owner': ['rep_id', 'rep_id'],
    'amount': [as_text('amount'), as_text('amount')],
    'close_date': [
        as_text('case when is_closed then close_date else expected_close_date end'),
        as_text('expected_close_date')],
} %}

with

numbered_changes as (

    select * from {{ ref('int_deals__changes') }}

),

deals as (

    select *
    from {{ ref('int_deals__delivered') }}
    where deal_id = surviving_deal_id and not is_deleted

),

-- The record's values today. The close date of an open deal is the one expected; a deal that has
-- its own field for that keeps it apart from its close date, whose changes are another history.
present_values as (

    {% for field, expressions in today.items() -%}
    select
        deal_id,
        '{{ field }}' as field,
        {{ expressions[0] }} as present_value,
        {{ expressions[1] }} as unchanged_value
    from deals
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Before the first change the old value held, after the last one the record speaks. A stage that
-- was recorded first at some time after the creation had been the deal's from the creation on.
versions as (

    select
        present_values.deal_id,
        present_values.field,
        case
            when first_changes.deal_id is null then present_values.unchanged_value
            when present_values.field = 'stage'
                then coalesce(first_changes.old_value, first_changes.new_value)
            else first_changes.old_value
        end as held_value,
        present_values.field = 'stage'
        and first_changes.deal_id is not null
        and first_changes.old_value is null as is_inferred,
        cast(null as timestamp) as valid_from_at,
        first_changes.changed_at as valid_to_at
    from present_values
    left join numbered_changes as first_changes
        on
            present_values.deal_id = first_changes.deal_id
            and present_values.field = first_changes.field
            and first_changes.change_number = 1
    union all
    select
        changes.deal_id,
        changes.field,
        case
            when changes.next_changed_at is null
                then present_values.present_value
            else changes.new_value
        end as held_value,
        false as is_inferred,
        changes.changed_at as valid_from_at,
        changes.next_changed_at as valid_to_at
    from numbered_changes as changes
    inner join present_values
        on changes.deal_id = present_values.deal_id and changes.field = present_values.field

)

select * from versions
