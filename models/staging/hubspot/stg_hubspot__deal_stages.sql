with

deal_pipeline_stage_rows as (

    {{ contract_rows('hubspot', 'deal_pipeline_stage') }}

),

deal_pipelines as (

    select
        pipeline_id,
        _dlt_id
    from {{ ref('stg_hubspot__deal_pipelines') }}

),

-- The stage's own flags decide and never its label, which anyone may change. "isClosed": "true" for
-- the stages of closed deals; "probability": "the likelihood a deal will close", 0.0 to 1.0, of
-- which 1.0 is Closed Won. Fivetran gives `closed_won`; elsewhere a closed stage of probability 1
-- is won.
stages_with_flags as (

    select
        deal_pipeline_stage_rows.*,
        coalesce(
            deal_pipeline_stage_rows.closed_won,
            deal_pipeline_stage_rows.is_closed and deal_pipeline_stage_rows.probability = 1,
            false
        ) as is_won
    from deal_pipeline_stage_rows

),

deal_stages as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'stages_with_flags.stage_id') }} as stage_id,
        coalesce(stages_with_flags.label, stages_with_flags.stage_id) as stage,
        coalesce(
            {{ system_key('hubspot', 'stages_with_flags.pipeline_id') }}, deal_pipelines.pipeline_id
        ) as pipeline_id,
        stages_with_flags.display_order as stage_order,
        stages_with_flags.probability * 100 as probability,
        coalesce(stages_with_flags.is_closed, false) or stages_with_flags.is_won as is_closed,
        stages_with_flags.is_won
    from stages_with_flags
    left join deal_pipelines
        on stages_with_flags._dlt_parent_id = deal_pipelines._dlt_id

)

select * from deal_stages
