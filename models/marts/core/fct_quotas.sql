with

quotas as (

    select
        rep_id,
        {{ start_of('month', 'month') }} as month_start_date,
        quota_amount,
        currency
    from {{ ref('quotas') }}

),

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

rep_assignments as (

    select *
    from {{ ref('dim_rep_assignments') }}

),

revenue_by_rep_and_month as (

    select
        rep_id,
        {{ start_of('month', 'close_date') }} as month_start_date,
        sum(amount) as revenue
    from {{ ref('fct_deals') }}
    where is_won
    group by rep_id, {{ start_of('month', 'close_date') }}

),

-- A month to come has the rate of `as_of_date`.
quotas_by_rep_and_month as (

    select
        quotas.rep_id,
        quotas.month_start_date,
        {{ as_measure('sum(quotas.quota_amount * rates.rate_to_reporting)') }} as quota_amount
    from quotas
    left join rates
        on
            {{ currency_code_of('quotas.currency') }} = rates.currency_code
            and least(quotas.month_start_date, {{ as_of_date() }})
            between rates.valid_from and rates.valid_to
    group by quotas.rep_id, quotas.month_start_date

),

-- A quota of 0 is none.
quotas_with_revenue as (

    select
        quotas_by_rep_and_month.rep_id || '|'
        || {{ as_text('quotas_by_rep_and_month.month_start_date') }} as quota_id,
        quotas_by_rep_and_month.rep_id,
        quotas_by_rep_and_month.month_start_date,
        {{ period_end('month', 'quotas_by_rep_and_month.month_start_date') }} as month_end_date,
        {{ period_start('fiscal_year', 'quotas_by_rep_and_month.month_start_date') }}
            as fiscal_year_start_date,
        rep_assignments.team,
        rep_assignments.territory,
        quotas_by_rep_and_month.quota_amount,
        {{ as_measure('coalesce(revenue_by_rep_and_month.revenue, 0)') }} as revenue
    from quotas_by_rep_and_month
    left join rep_assignments
        on
            quotas_by_rep_and_month.rep_id = rep_assignments.rep_id
            and quotas_by_rep_and_month.month_start_date
            between rep_assignments.valid_from and rep_assignments.valid_to
    left join revenue_by_rep_and_month
        on
            quotas_by_rep_and_month.rep_id = revenue_by_rep_and_month.rep_id
            and quotas_by_rep_and_month.month_start_date = revenue_by_rep_and_month.month_start_date
    where quotas_by_rep_and_month.quota_amount > 0

)

select * from quotas_with_revenue
