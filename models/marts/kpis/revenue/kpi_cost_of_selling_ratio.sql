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

first_costs as (

    select {{ start_of('month', 'min(kpi_date)') }} as first_cost_month
    from costs

),

-- Before the first cost nobody knows what selling cost; after it a month without one cost nothing.
won_deals as (

    select
        deals.deal_id as fact_id,
        deals.close_date as kpi_date,
        deals.team,
        deals.territory,
        case when deals.close_date >= first_costs.first_cost_month then 0 end as numerator,
        deals.amount as denominator
    from {{ ref('fct_deals') }} as deals
    cross join first_costs
    where deals.is_won

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
    facts_by_dimension={'cost_type': 'costs_and_revenue_by_cost_type'}
) }}
