with

changes as (

    select
        account_id as fact_id,
        changed_on as kpi_date,
        territory,
        market,
        segment,
        mrr_before - mrr_after as numerator,
        0 as denominator
    from {{ ref('fct_customer_changes') }}
    where mrr_after < mrr_before

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

changes_in_periods as (

    {{ facts_in_periods('changes') }}

),

-- Every fall counts, also of a customer that grew before or came after the start.
lost_and_recurring_revenue as (

    select
        fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
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
        0 as numerator,
        mrr_at_start as denominator
    from customer_periods

)

{{ kpi_rollup('lost_and_recurring_revenue') }}
