{%- do enable_for('salesforce') -%}

with

deal_versions as (

    select *
    from {{ ref('stg_salesforce__deal_versions') }}
    where not is_deleted

),

-- "OpportunityHistory represents the stage history": each row is the deal after a change.
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
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

changes_of_versions as (

    select *
    from values_of_versions
    where coalesce(old_value, '') <> coalesce(new_value, '')

)

select * from changes_of_versions
