with

changes as (

    select
        account_id as fact_id,
        changed_on as kpi_date,
        territory,
        market,
        segment,
        industry,
        1 as numerator,
        0 as denominator
    from {{ ref('fct_customer_changes') }}
    where change_type = 'churned'

),

customer_periods as (

    select
        account_id,
        period_grain,
        period_start_date,
        territory_at_start,
        market,
        segment,
        industry
    from {{ ref('fct_customer_periods') }}
    where is_active_at_start

),

changes_in_periods as (

    {{ facts_in_periods('changes') }}

),

-- A customer that came after the start and left again is in the numerator only.
churned_and_active_customers as (

    select
        fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        industry,
        numerator,
        denominator
    from changes_in_periods
    union all
    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory_at_start as territory,
        market,
        segment,
        industry,
        0 as numerator,
        1 as denominator
    from customer_periods

)

{{ kpi_rollup('churned_and_active_customers') }}
