with

deal_stages as (

    {{ union_systems('deal_stages', {
        'stage_id': 'text',
        'pipeline_id': 'text',
        'stage': 'text',
        'stage_order': 'int',
        'probability': 'decimal',
        'is_closed': 'bool',
        'is_won': 'bool',
    }) }}

),

stages as (

    select
        stage_id,
        pipeline_id,
        stage,
        stage_order,
        probability,
        coalesce(is_closed, false) or coalesce(is_won, false) as is_closed,
        coalesce(is_won, false) as is_won
    from deal_stages

)

select * from stages
