with

changes as (

    select
        account_id,
        changed_on,
        territory,
        market,
        segment,
        mrr_before,
        mrr_after
    from {{ ref('fct_customer_changes') }}
    where mrr_after < mrr_before

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
        mrr_at_start
    from {{ ref('fct_customer_periods') }}
    where is_active_at_start

),

-- Every fall counts, also of a customer that grew or came after the start.
lost_and_recurring_revenue as (

    select
        changes.account_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        changes.territory,
        changes.market,
        changes.segment,
        changes.mrr_before - changes.mrr_after as numerator,
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
        0 as numerator,
        mrr_at_start as denominator
    from customer_periods

)

{{ kpi_rollup('lost_and_recurring_revenue', is_as_of=true, finest_grain='month') }}
