with

deal_stage_rows as (

    {{ contract_rows('tabular', 'deal_stage') }}

),

deal_stages as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'stage') }} as stage_id,
        cast(null as {{ dbt.type_string() }}) as pipeline_id,
        stage,
        stage_order,
        probability,
        is_closed or is_won as is_closed,
        is_won
    from deal_stage_rows

)

select * from deal_stages
