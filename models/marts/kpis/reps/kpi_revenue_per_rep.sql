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

won_deals_by_period as (

    {{ facts_in_periods('won_deals') }}

),

won_deals_and_reps as (

    select
        fact_id,
        period_grain,
        period_start_date,
        numerator,
        denominator
    from won_deals_by_period
    union all
    {{ active_reps('won_deals') }}

),

{% for dimension in ['team', 'territory'] -%}
won_deals_and_reps_by_{{ dimension }} as (

    select
        fact_id,
        period_grain,
        period_start_date,
        {{ dimension }},
        numerator,
        denominator
    from won_deals_by_period
    union all
    {{ active_reps('won_deals', dimension) }}

){{ ',' if not loop.last }}

{% endfor %}

{{ kpi_rollup(
    'won_deals_and_reps',
    facts_by_dimension={
        'team': 'won_deals_and_reps_by_team', 'territory': 'won_deals_and_reps_by_territory'
    }
) }}
