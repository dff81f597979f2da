with

counts_of_systems as (

    {% for system in systems_in_use() -%}
    select * from {{ ref('stg_' ~ system ~ '__source_counts') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

source_reconciliation as (

    select
        system,
        source_table,
        raw_rows,
        staged_rows,
        duplicate_rows,
        rejected_rows,
        raw_rows = staged_rows + duplicate_rows + rejected_rows as is_balanced,
        conflicting_rows
    from counts_of_systems

)

select * from source_reconciliation
