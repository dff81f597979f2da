with

deals as (

    select
        deal_id,
        created_at,
        is_closed,
        close_date
    from {{ ref('int_deals__as_of_date') }}

),

stages_in_history as (

    select
        deal_id,
        stage_id,
        is_inferred,
        valid_from_at,
        valid_to_at
    from {{ ref('int_deals__history') }}
    where stage_id is not null

),

-- A deal is in its first stage from the moment at which the source says that it entered it, where
-- nobody does from its creation on. A visit that ended before it began never was.
entries as (

    select
        deals.deal_id,
        stages_in_history.stage_id,
        coalesce(stages_in_history.valid_from_at, deals.created_at) as entered_at,
        case
            when
                stages_in_history.valid_from_at is null
                and stages_in_history.valid_to_at is null
                and deals.is_closed
                then deals.close_date
        end as closed_without_history_on
    from stages_in_history
    inner join deals
        on stages_in_history.deal_id = deals.deal_id
    where
        coalesce(
            coalesce(stages_in_history.valid_from_at, deals.created_at)
            < stages_in_history.valid_to_at,
            true
        )
        and coalesce(
            {{ local_date('coalesce(stages_in_history.valid_from_at, deals.created_at)') }}
            <= {{ as_of_date() }},
            true
        )
        and not coalesce(
            stages_in_history.is_inferred
            and {{ local_date('stages_in_history.valid_to_at') }} <= {{ as_of_date() }},
            false
        )

),

-- A change to the stage that the deal is in already begins no duration of its own.
stage_durations as (

    select *
    from entries
    qualify coalesce(
        stage_id <> lag(stage_id) over (
            partition by deal_id order by entered_at nulls first, stage_id
        ),
        true
    )

),

stage_durations_with_end as (

    select
        deal_id,
        stage_id,
        row_number() over (
            partition by deal_id order by entered_at nulls first, stage_id
        ) as entry_number,
        row_number() over (
            partition by deal_id, stage_id order by entered_at nulls first
        ) as visit_number,
        entered_at,
        coalesce(
            lead(entered_at) over (
                partition by deal_id order by entered_at nulls first, stage_id
            ),
            {{ to_utc('cast(closed_without_history_on as timestamp)', var('reporting_time_zone')) }}
        ) as left_at,
        closed_without_history_on
    from stage_durations

)

select * from stage_durations_with_end
