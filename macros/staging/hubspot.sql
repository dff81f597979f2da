{#
    A HubSpot record is gone when the API calls it archived ("archived records are those that have been deleted"), when
    the connector says so, when it stands in a raw table of archived records, or when a connector in history mode keeps no
    active version of it.
#}
{% macro hubspot_is_deleted(has_archive=false) -%}
coalesce(is_deleted, false) or coalesce(archived, false) or coalesce(_fivetran_deleted, false)
        or not coalesce(_fivetran_active, true)
        {%- if has_archive %} or coalesce(_raw_table like '%archived', false){% endif %}
{%- endmacro %}

{# First and last name in one; null without both. #}
{% macro hubspot_full_name(first_name, last_name) -%}
nullif(trim(coalesce({{ first_name }}, '') || ' ' || coalesce({{ last_name }}, '')), '')
{%- endmacro %}

{# The order of HubSpot's ids, which are whole numbers in a text, and of the keys made of them: 9 before 10. #}
{% macro hubspot_id_order(id) %}lpad({{ id }}, 100, ' '){% endmacro %}

{#
    The five kinds of engagement share all but their type, direction and outcome, which the model of the kind knows. A
    record that a workflow made ("hs_object_source: AUTOMATION_PLATFORM") is automated.
#}
{% macro hubspot_engagement(kind, occurred_at='hs_timestamp') -%}
'hubspot' as system,
        {{ sales_kpis.system_key('hubspot', 'engagement_id') }} as activity_id,
        '{{ kind }}' as activity_type,
        coalesce({{ occurred_at }}, hs_timestamp, hs_createdate) as occurred_at,
        {{ sales_kpis.system_key('hubspot', 'hubspot_owner_id') }} as rep_id,
        coalesce(upper(hs_object_source) = 'AUTOMATION_PLATFORM', false) as is_automated,
        {{ sales_kpis.hubspot_is_deleted(has_archive=true) }} as is_deleted
{%- endmacro %}

{# The day, in the reporting time zone, of a moment that came as text: ISO, or milliseconds since 1970. #}
{% macro hubspot_local_date_of_text(value) %}{{ sales_kpis.local_date(sales_kpis.read_moment(value, 'text', none, 'UTC', 'milliseconds')) }}{% endmacro %}

{#
    The merges in `hs_merged_object_ids`, "the list of record IDs that have been merged into this record", or in
    `hs_calculated_merged_vids`, where a point in time follows each id after a colon: of a relation with
    survivor_record_id, whose system and instance the lost records share.
#}
{% macro merges_in_object_ids(relation) -%}
select
        {{ sales_kpis.extract_match('survivor_record_id', '^(hubspot:([a-z][a-z0-9_]*[.])?)') }}
        || trim({{ sales_kpis.replace_matches('merged_id', ':.*$', '') }}) as record_id,
        survivor_record_id,
        2 as told_order
    from (
        select
            survivor_record_id,
            {{ sales_kpis.parts_of('hs_merged_object_ids') }} as merged_id
        from {{ relation }}
    ) as merged_ids
    where trim(merged_id) <> ''
{%- endmacro %}

{# Each lost record once: a table that tells the merges one by one goes before the list of ids. #}
{% macro one_merge_a_record(relation) -%}
select
        record_id,
        survivor_record_id
    from {{ relation }}
    where record_id <> survivor_record_id
    qualify row_number() over (
        partition by record_id
        order by told_order, {{ sales_kpis.hubspot_id_order('survivor_record_id') }}
    ) = 1
{%- endmacro %}
