with

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        team,
        territory,
        1 as numerator,
        0 as denominator
    from {{ ref('fct_leads') }}

),

created_leads_by_period as (

    {{ facts_in_periods('created_leads') }}

),

created_leads_and_reps as (

    select
        fact_id,
        period_grain,
        period_start_date,
        numerator,
        denominator
    from created_leads_by_period
    union all
    {{ active_reps('created_leads') }}

),

{% for dimension in ['team', 'territory'] -%}
created_leads_and_reps_by_{{ dimension }} as (

    select
        fact_id,
        period_grain,
        period_start_date,
        {{ dimension }},
        numerator,
        denominator
    from created_leads_by_period
    union all
    {{ active_reps('created_leads', dimension) }}

){{ ',' if not loop.last }}

{% endfor %}

{{ kpi_rollup(
    'created_leads_and_reps',
    facts_by_dimension={
        'team': 'created_leads_and_reps_by_team', 'territory': 'created_leads_and_reps_by_territory'
    }
) }}
