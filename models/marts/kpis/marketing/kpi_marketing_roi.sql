with

attributed_touches as (

    select
        deal_id,
        close_date,
        channel,
        campaign,
        amount
    from {{ ref('fct_attributed_touches') }}
    where attribution_model = 'linear'

),

marketing_costs as (

    select
        cost_id,
        cost_date,
        channel,
        campaign,
        amount
    from {{ ref('fct_marketing_costs') }}

),

revenue_and_costs as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        channel,
        campaign,
        amount as numerator,
        0 as denominator
    from attributed_touches
    union all
    select
        cost_id as fact_id,
        cost_date as kpi_date,
        channel,
        campaign,
        -amount as numerator,
        amount as denominator
    from marketing_costs

)

{{ kpi_rollup('revenue_and_costs') }}
