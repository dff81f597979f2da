with

costs as (

    select
        cost_id as fact_id,
        cost_date as kpi_date,
        team,
        territory,
        cost_type,
        amount as numerator,
        0 as denominator
    from {{ ref('fct_selling_costs') }}

),

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        team,
        territory,
        0 as numerator,
        amount as denominator
    from {{ ref('fct_deals') }}
    where is_won

),

costs_and_revenue as (

    select
        fact_id,
        kpi_date,
        team,
        territory,
        numerator,
        denominator
    from costs
    union all
    select
        fact_id,
        kpi_date,
        team,
        territory,
        numerator,
        denominator
    from won_deals

),

cost_types as (

    select distinct cost_type
    from costs

),

-- Each type of cost has all revenue below it.
costs_and_revenue_by_cost_type as (

    select
        fact_id,
        kpi_date,
        cost_type,
        numerator,
        denominator
    from costs
    union all
    select
        won_deals.fact_id,
        won_deals.kpi_date,
        cost_types.cost_type,
        won_deals.numerator,
        won_deals.denominator
    from won_deals
    cross join cost_types

)

{{ kpi_rollup(
    'costs_and_revenue',
    facts_by_dimension={'cost_type': 'costs_and_revenue_by_cost_type'},
    finest_grain='month'
) }}
