{%- do enable_for('salesforce') -%}
{% set record_types = ['lead', 'account'] -%}
with

{% for record_type in record_types -%}
{{ record_type }}_history_rows as (

    {{ contract_rows('salesforce', record_type ~ '_history') }}

),

{% endfor -%}
-- Nothing is kept of the other fields of a person.
owner_changes as (

    {% for record_type in record_types -%}
    select
        '{{ record_type }}' as record_type,
        {{ system_key('salesforce', record_type ~ '_id') }} as record_id,
        created_date as changed_at,
        lower(replace(field, '_', '')) in ('owner', 'ownerid') as is_of_owner,
        {% for value in ['old_value', 'new_value'] -%}
        case when is_of_owner then {{ value }} end as raw_{{ value }},
        case
            when is_of_owner
                then {{ history_value('salesforce', "'owner'", value, record_type ~ '_id') }}
        end as {{ value }},
        {% endfor -%}
        {{ salesforce_is_removed() }} as is_deleted
    from {{ record_type }}_history_rows
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from owner_changes
