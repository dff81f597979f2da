with

stages as (

    select
        stage_id,
        pipeline_id,
        stage,
        stage_order,
        probability,
        coalesce(is_closed, false) or coalesce(is_won, false) as is_closed,
        coalesce(is_won, false) as is_won
    from {{ ref('int_deal_stages__united') }}

)

select * from stages
