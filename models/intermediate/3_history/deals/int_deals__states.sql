with

-- What held at the end of a day; a value that another one replaced on the same day never did.
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
        stage_id,
        rep_id,
        amount,
        expected_close_date,
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
        stages.stage_id,
        not stages.is_last as is_stage_left_later,
        stages.is_last and not stages.is_first as is_in_last_stage,
        not close_dates.is_last as is_close_date_changed_later,
        owners.rep_id,
        amounts.amount,
        close_dates.expected_close_date
    from spans
    {% for field, name in {
        'stage': 'stages', 'owner': 'owners', 'amount': 'amounts', 'close_date': 'close_dates'
    }.items() -%}
    inner join versions as {{ name }}
        on
            spans.deal_id = {{ name }}.deal_id
            and {{ name }}.field = '{{ field }}'
            and spans.valid_from_date
            between {{ name }}.valid_from_date and {{ name }}.valid_to_date
    {% endfor %}

)

select * from states
