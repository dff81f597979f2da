with

-- The values at the end of a day; a value that another one replaced on the same day never did.
values_at_day_ends as (

    select
        *,
        coalesce({{ local_date('valid_from_at') }}, {{ open_start() }}) as valid_from_date
    from {{ ref('int_deals__history') }}
    where
        valid_to_at is null
        or valid_from_at is null
        or {{ local_date('valid_from_at') }} < {{ local_date('valid_to_at') }}

),

-- Each field keeps its version until its own next change.
versions as (

    select
        deal_id,
        field,
        {% for field in deal_fields().values() -%}
        {{ field.column }},
        {% endfor -%}
        valid_from_date,
        coalesce(
            {{ add_days('lead(valid_from_date) over versions_in_order', -1) }}, {{ open_end() }}
        ) as valid_to_date,
        row_number() over versions_in_order = 1 as is_first,
        lead(valid_from_date) over versions_in_order is null as is_last
    from values_at_day_ends
    window versions_in_order as (partition by deal_id, field order by valid_from_date)

),

days_with_a_change as (

    select distinct
        deal_id,
        valid_from_date
    from versions

),

spans as (

    select
        deal_id,
        valid_from_date,
        coalesce(
            {{ add_days(
                'lead(valid_from_date) over (partition by deal_id order by valid_from_date)', -1
            ) }},
            {{ open_end() }}
        ) as valid_to_date
    from days_with_a_change

),

states as (

    select
        spans.deal_id,
        spans.valid_from_date,
        spans.valid_to_date,
        {% for name, field in deal_fields().items() -%}
        {{ name }}_versions.{{ field.column }},
        {% endfor -%}
        not stage_versions.is_last as is_stage_left_later,
        stage_versions.is_last and not stage_versions.is_first as is_in_last_stage,
        not close_date_versions.is_last as is_close_date_changed_later
    from spans
    {% for name in deal_fields() -%}
    inner join versions as {{ name }}_versions
        on
            spans.deal_id = {{ name }}_versions.deal_id
            and {{ name }}_versions.field = '{{ name }}'
            and spans.valid_from_date
            between {{ name }}_versions.valid_from_date and {{ name }}_versions.valid_to_date
    {% endfor %}

)

select * from states
