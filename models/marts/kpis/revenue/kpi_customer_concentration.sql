with

periods as (

    select
        period_grain,
        period_start_date,
        measured_on_date,
        trailing_year_start_date
    from {{ ref('dim_periods') }}
    where period_grain <> 'day' and period_start_date <= {{ as_of_date() }}

),

won_deals as (

    select
        account_id,
        close_date,
        territory,
        market,
        amount
    from {{ ref('fct_deals') }}
    where is_won

),

{{ largest_accounts(['total', 'territory', 'market']) }}

{{ kpi_rollup(
    'revenue_of_accounts',
    facts_by_dimension={
        'territory': 'revenue_of_accounts_by_territory',
        'market': 'revenue_of_accounts_by_market',
    }
) }}
