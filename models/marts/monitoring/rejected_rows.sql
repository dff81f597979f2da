with

rows_of_systems as (

    {% for system in systems_in_use() -%}
    select * from {{ ref('stg_' ~ system ~ '__rejected_rows') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

deals as (

    select
        system,
        source_table,
        {{ replace_matches('deal_id', '^[a-z_]+:', '') }} as row_key,
        stage,
        is_stage_known,
        is_closed,
        close_date
    from {{ ref('int_deals__delivered') }}
    where deal_id = surviving_deal_id and not is_deleted

),

-- A closed deal can be in no period without its date, and a deal of an unknown stage is taken for
-- open.
deals_that_cannot_count as (

    select
        system,
        source_table,
        row_key,
        'close_date' as column_name,
        'closed deal without a close date' as rule,
        cast(null as {{ dbt.type_string() }}) as raw_value,
        false as is_row_rejected
    from deals
    where is_closed and close_date is null
    union all
    select
        system,
        source_table,
        row_key,
        'stage' as column_name,
        'stage that the stages table does not have' as rule,
        stage as raw_value,
        false as is_row_rejected
    from deals
    where not is_stage_known

),

rejected_rows as (

    select * from rows_of_systems
    union all
    select * from deals_that_cannot_count

)

select * from rejected_rows
