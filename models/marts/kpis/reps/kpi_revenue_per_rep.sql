with

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        team,
        territory,
        amount as numerator,
        0 as denominator
    from {{ ref('fct_deals') }}
    where is_won

),

{{ facts_per_rep('won_deals') }}

{{ kpi_rollup(
    'per_rep',
    facts_by_dimension={'team': 'per_rep_by_team', 'territory': 'per_rep_by_territory'}
) }}
