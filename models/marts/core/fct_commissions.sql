with

won_deals as (

    select
        deal_id,
        rep_id,
        team,
        close_date,
        amount as revenue,
        {{ period_start('fiscal_year', 'close_date') }} as fiscal_year_start_date,
        sum(amount) over (
            partition by rep_id, {{ period_start('fiscal_year', 'close_date') }}
            order by close_date asc, created_at asc nulls last, {{ key_order('deal_id') }} asc
            rows between unbounded preceding and current row
        ) as revenue_to_date
    from {{ ref('fct_deals') }}
    where is_won and rep_id is not null

),

quotas_by_year as (

    select
        rep_id,
        fiscal_year_start_date,
        sum(quota_amount) as quota_amount
    from {{ ref('fct_quotas') }}
    group by rep_id, fiscal_year_start_date

),

-- The plan in force: the team's own before everybody's, of several the one that began last.
deals_with_plan as (

    select
        won_deals.*,
        {{ as_measure('quotas_by_year.quota_amount') }} as quota_amount,
        commission_tiers.plan,
        coalesce(commission_tiers.team, '') as plan_team
    from won_deals
    inner join quotas_by_year
        on
            won_deals.rep_id = quotas_by_year.rep_id
            and won_deals.fiscal_year_start_date = quotas_by_year.fiscal_year_start_date
    inner join {{ ref('dim_commission_tiers') }} as commission_tiers
        on
            won_deals.close_date between commission_tiers.valid_from and commission_tiers.valid_to
            and coalesce(won_deals.team = commission_tiers.team, commission_tiers.team is null)
    qualify row_number() over (
        partition by won_deals.deal_id
        order by
            commission_tiers.team asc nulls last, commission_tiers.valid_from desc,
            commission_tiers.plan asc, commission_tiers.commission_tier_id asc
    ) = 1

),

deals_with_tiers as (

    select
        deals_with_plan.*,
        commission_tiers.rate,
        {{ as_measure('commission_tiers.attainment_from * deals_with_plan.quota_amount') }}
            as tier_from,
        {{ as_measure('commission_tiers.attainment_to * deals_with_plan.quota_amount') }} as tier_to
    from deals_with_plan
    inner join {{ ref('dim_commission_tiers') }} as commission_tiers
        on
            deals_with_plan.plan = commission_tiers.plan
            and deals_with_plan.plan_team = coalesce(commission_tiers.team, '')
            and deals_with_plan.close_date
            between commission_tiers.valid_from and commission_tiers.valid_to

),

-- The revenue in a tier up to the deal, less the revenue in it before.
commissions as (

    select
        deal_id,
        rep_id,
        team,
        plan,
        close_date,
        quota_amount,
        revenue,
        {{ as_measure('revenue_to_date') }} as revenue_to_date,
        {{ as_measure('sum(rate * ' ~ as_measure(
            revenue_in_tier('revenue_to_date', 'tier_from', 'tier_to') ~ ' - '
            ~ revenue_in_tier('(revenue_to_date - revenue)', 'tier_from', 'tier_to')
        ) ~ ')') }} as commission_amount
    from deals_with_tiers
    group by deal_id, rep_id, team, plan, close_date, quota_amount, revenue, revenue_to_date

)

select * from commissions
