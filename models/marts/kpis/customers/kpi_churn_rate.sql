with

changes as (

    select
        account_id,
        changed_on,
        territory,
        market,
        segment,
        industry
    from {{ ref('fct_customer_changes') }}
    where change_type = 'churned'

),

periods as (

    select
        period_grain,
        period_start_date,
        period_end_date
    from {{ ref('dim_periods') }}
    where period_grain not in ('day', 'week')

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

-- Who came after the start and left again is in the numerator only.
churned_and_active_customers as (

    select
        changes.account_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        changes.territory,
        changes.market,
        changes.segment,
        changes.industry,
        1 as numerator,
        0 as denominator
    from changes
    inner join periods
        on changes.changed_on between periods.period_start_date and periods.period_end_date
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

{{ kpi_rollup('churned_and_active_customers', is_as_of=true, finest_grain='month') }}
