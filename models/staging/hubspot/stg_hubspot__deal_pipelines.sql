with

deal_pipeline_rows as (

    {{ contract_rows('hubspot', 'deal_pipeline') }}

),

deal_pipelines as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'pipeline_id') }} as pipeline_id,
        label as pipeline,
        _dlt_id
    from deal_pipeline_rows

)

select * from deal_pipelines
