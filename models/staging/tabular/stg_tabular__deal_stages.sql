with

deal_stage_rows as (

    {{ contract_rows('tabular', 'deal_stage') }}

),

deal_stages as (

    select
        'tabular' as system,
        stage,
        stage_order,
        probability,
        is_closed or is_won as is_closed,
        is_won
    from deal_stage_rows

)

select * from deal_stages
