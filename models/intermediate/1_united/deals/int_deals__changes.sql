{% set fields = deal_fields() | join("', '") %}

with

deal_history as (

    select *
    from {{ ref('int_deal_history__united') }}

),

-- A row without old and new value tells nothing.
changes as (

    select
        deal_id,
        field,
        changed_at,
        old_value,
        new_value,
        coalesce(old_value, '') as value_before,
        coalesce(new_value, '') as value_after,
        count(*) over (partition by deal_id, field, changed_at) > 1 as is_moment_shared
    from deal_history
    where
        field in ('{{ fields }}')
        and coalesce(old_value, new_value) is not null
        and not (field = 'stage' and new_value is null)

),

{% for value in ['value_before', 'value_after'] -%}
{{ value | replace('value', 'values') }} as (

    select distinct
        deal_id,
        field,
        changed_at,
        {{ value }}
    from changes
    where is_moment_shared and value_before <> value_after

),

{% endfor -%}
-- Several changes at one moment form a chain: each begins with the value with which another ends.
changes_in_moments as (

    select
        changes.*,
        earlier.deal_id is not null as follows_another,
        later.deal_id is not null as is_followed
    from changes
    left join values_after as earlier
        on
            changes.is_moment_shared
            and changes.deal_id = earlier.deal_id
            and changes.field = earlier.field
            and changes.changed_at = earlier.changed_at
            and changes.value_before = earlier.value_after
    left join values_before as later
        on
            changes.is_moment_shared
            and changes.deal_id = later.deal_id
            and changes.field = later.field
            and changes.changed_at = later.changed_at
            and changes.value_after = later.value_before

),

-- First is the one that follows none, last the one that none follows. The values decide an order
-- that this leaves open.
ordered_changes as (

    select
        deal_id,
        field,
        changed_at,
        old_value,
        new_value,
        row_number() over changes_in_order as change_number,
        lead(changed_at) over changes_in_order as next_changed_at
    from changes_in_moments
    window changes_in_order as (
        partition by deal_id, field
        order by
            changed_at,
            case when follows_another then 2 else 1 end,
            case when is_followed then 1 else 2 end,
            value_before,
            value_after
    )

)

select * from ordered_changes
