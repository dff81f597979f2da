{%- do enable_for('hubspot') -%}
{% set histories = {
    'lead': {'table': 'contact_property_history', 'id': 'contact_id'},
    'account': {'table': 'company_property_history', 'id': 'company_id'},
} -%}
with

{% for record_type, history in histories.items() -%}
{{ history.table }}_rows as (

    {{ contract_rows('hubspot', history.table) }}

),

{% endfor -%}
-- Nothing is kept of the other properties of a person.
owner_changes as (

    {% for record_type, history in histories.items() -%}
    select
        '{{ record_type }}' as record_type,
        {{ system_key('hubspot', history.id) }} as record_id,
        timestamp as changed_at,
        lower(name) = 'hubspot_owner_id' as is_of_owner,
        case when is_of_owner then value end as raw_value,
        case
            when is_of_owner
                then {{ system_key('hubspot', with_instance_of('hubspot', history.id, 'value')) }}
        end as owner_key
    from {{ history.table }}_rows
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from owner_changes
