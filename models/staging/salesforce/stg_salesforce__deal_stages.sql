with

opportunity_stage_rows as (

    {{ contract_rows('salesforce', 'opportunity_stage') }}

),

deal_stages as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'stage_name') }} as stage_id,
        cast(null as {{ dbt.type_string() }}) as pipeline_id,
        stage_name as stage,
        sort_order as stage_order,
        default_probability as probability,
        is_closed or is_won as is_closed,
        is_won
    from opportunity_stage_rows

)

select * from deal_stages
