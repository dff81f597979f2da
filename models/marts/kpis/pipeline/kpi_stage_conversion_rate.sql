with

deal_product_lines as (

    select
        deal_id,
        product_line
    from {{ ref('fct_deal_product_lines') }}
    where is_counted

),

-- A deal that is still in a stage may yet go on, so it is in neither part of the ratio.
left_stages as (

    select
        deal_id || '|' || stage_id as fact_id,
        deal_id,
        entered_date as kpi_date,
        stage,
        team,
        cast(went_on as int) as numerator,
        1 as denominator
    from {{ ref('fct_deal_stage_visits') }}
    where
        is_first_visit
        and not is_won_stage
        and not is_lost_stage
        and entered_date is not null
        and left_date is not null

),

left_stages_by_product_line as (

    select
        left_stages.fact_id,
        left_stages.kpi_date,
        deal_product_lines.product_line,
        left_stages.numerator,
        left_stages.denominator
    from left_stages
    inner join deal_product_lines
        on left_stages.deal_id = deal_product_lines.deal_id

)

{{ kpi_rollup('left_stages', facts_by_dimension={'product_line': 'left_stages_by_product_line'}) }}
