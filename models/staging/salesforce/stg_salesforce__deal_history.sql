{%- do enable_for('salesforce') -%}

with

deal_field_changes as (

    select *
    from {{ ref('stg_salesforce__deal_field_changes') }}
    where not is_deleted

),

deal_versions as (

    select *
    from {{ ref('stg_salesforce__deal_versions') }}
    where not is_deleted

),

-- "OpportunityFieldHistory" keeps a change of owner twice, once by name and once by id; only the
-- one by id says who it was.
changes_by_id as (

    select *
    from deal_field_changes
    where
        field <> 'owner'
        or {{ matches("coalesce(raw_new_value, raw_old_value, '')", '^005[A-Za-z0-9]{12}') }}

),

deals_with_changes as (

    select distinct deal_id
    from deal_field_changes
    where field in ('stage', 'amount', 'close_date', 'owner')

),

-- "OpportunityHistory represents the stage history": each row is the deal after a change. It
-- stands in for the field history of the deals that have none.
values_of_versions as (

    {% for field in ['stage', 'amount', 'close_date'] -%}
    select
        deal_versions.deal_id,
        deal_versions.changed_at,
        '{{ field }}' as field,
        lag(deal_versions.{{ field }}) over (
            partition by deal_versions.deal_id
            order by deal_versions.changed_at, deal_versions.version_id
        ) as old_value,
        deal_versions.{{ field }} as new_value
    from deal_versions
    left join deals_with_changes
        on deal_versions.deal_id = deals_with_changes.deal_id
    where deals_with_changes.deal_id is null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

deal_history as (

    select
        system,
        deal_id,
        changed_at,
        field,
        old_value,
        new_value
    from changes_by_id
    union all
    select
        'salesforce' as system,
        deal_id,
        changed_at,
        field,
        old_value,
        new_value
    from values_of_versions
    where coalesce(old_value, '') <> coalesce(new_value, '')

)

select * from deal_history
