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
-- the stages of closed deals. Fivetran's older tables call it `closed_won`, of won and lost stages
-- alike. HubSpot's "probability" is 1.0 of Closed Won, 0.0 of Closed Lost and between them of an
-- open stage: it alone tells won from lost, and `closed_won` only where it is missing.
stages_with_flags as (

    select
        deal_pipeline_stage_rows.*,
        coalesce(
            deal_pipeline_stage_rows.is_closed,
            deal_pipeline_stage_rows.closed_won,
            deal_pipeline_stage_rows.probability in (0, 1)
        ) as is_stated_closed,
        deal_pipeline_stage_rows.probability = 1 as is_stated_won
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
        coalesce(stages_with_flags.is_stated_closed, false) as is_closed,
        coalesce(
            stages_with_flags.is_stated_closed
            and coalesce(stages_with_flags.is_stated_won, stages_with_flags.closed_won),
            false
        ) as is_won,
        stages_with_flags.is_stated_closed,
        stages_with_flags.is_stated_won,
        stages_with_flags.closed_won
    from stages_with_flags
    left join deal_pipelines
        on stages_with_flags._dlt_parent_id = deal_pipelines._dlt_id

)

select * from deal_stages
