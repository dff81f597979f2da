{% set fields = {
    'stage': 'stage_id', 'owner': 'rep_id', 'amount': 'amount_text', 'close_date': 'close_date_text'
} %}

with

-- The values at the end of a day; a value that another one replaced on the same day never did.
values_at_day_ends as (

    select
        deal_id,
        field,
        held_value,
        coalesce({{ local_date('valid_from_at') }}, {{ open_start() }}) as valid_from_date
    from {{ ref('int_deals__history') }}
    where
        valid_to_at is null
        or valid_from_at is null
        or {{ local_date('valid_from_at') }} < {{ local_date('valid_to_at') }}

),

days_with_a_change as (

    select
        deal_id,
        valid_from_date,
    {% for field, column in fields.items() -%}
    max(case when field = '{{ field }}' then held_value end) as {{ column }},
    count(case when field = '{{ field }}' then 1 end)
        as count_{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from values_at_day_ends
    group by deal_id, valid_from_date

),

-- Each field keeps its version until its own next change.
days_with_versions as (

    select
        deal_id,
        valid_from_date,
        lead(valid_from_date) over (
            partition by deal_id order by valid_from_date
        ) as next_valid_from_date,
    {% for column in fields.values() -%}
    {{ column }},
    sum(count_{{ column }}) over (
        partition by deal_id order by valid_from_date
        rows between unbounded preceding and current row
        ) as {{ column }}_version{{ ',' if not loop.last }}
    {% endfor %}
    from days_with_a_change

),

days_with_values as (

    select
        deal_id,
        valid_from_date,
        coalesce({{ add_days('next_valid_from_date', -1) }}, {{ open_end() }}) as valid_to_date,
        stage_id_version < max(stage_id_version) over (partition by deal_id) as is_stage_left_later,
        stage_id_version > 1
        and stage_id_version = max(stage_id_version) over (partition by deal_id)
            as is_in_last_stage,
        close_date_text_version < max(close_date_text_version) over (partition by deal_id)
            as is_close_date_changed_later,
    {% for column in fields.values() -%}
    max({{ column }}) over (
        partition by deal_id, {{ column }}_version
        ) as {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from days_with_versions

),

states as (

    select
        deal_id,
        valid_from_date,
        valid_to_date,
        stage_id,
        is_stage_left_later,
        is_in_last_stage,
        is_close_date_changed_later,
        rep_id,
        try_cast(amount_text as {{ sql_type('decimal') }}) as amount,
        try_cast(close_date_text as date) as expected_close_date
    from days_with_values

)

select * from states
