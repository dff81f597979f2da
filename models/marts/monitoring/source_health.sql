with

counts_of_systems as (

    {% for system in systems_in_use() -%}
    select * from {{ ref('stg_' ~ system ~ '__source_counts') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

ages as (

    select
        *,
        case
            when newest_row_date is not null
                then greatest({{ days_between('newest_row_date', as_of_date()) }}, 0)
        end as days_behind
    from counts_of_systems

),

source_health as (

    select
        system,
        source_table,
        raw_rows,
        rejected_rows,
        {{ safe_ratio('rejected_rows', 'raw_rows') }} as rejected_share,
        newest_row_date,
        cast(days_behind as bigint) as days_behind,
        warn_after_days,
        coalesce(days_behind > warn_after_days, false) as is_stale
    from ages

)

select * from source_health
