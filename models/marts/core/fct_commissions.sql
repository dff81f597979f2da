with

won_deals as (

    select
        deal_id,
        rep_id,
        team,
        created_at,
        close_date,
        amount as revenue,
        {{ period_start('fiscal_year', 'close_date') }} as fiscal_year_start_date
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

commission_tiers as (

    select *
    from {{ ref('dim_commission_tiers') }}

),

cumulated_deals as (

    select
        *,
        sum(revenue) over (
            partition by rep_id, fiscal_year_start_date
            order by close_date, created_at nulls last, deal_id
            rows between unbounded preceding and current row
        ) as revenue_to_date
    from won_deals

),

-- The plan in force: the team's own before everybody's, of several the one that began last.
deals_with_plan as (

    select
        cumulated_deals.*,
        {{ as_measure('quotas_by_year.quota_amount') }} as quota_amount,
        commission_tiers.plan,
        commission_tiers.team as plan_team
    from cumulated_deals
    inner join quotas_by_year
        on
            cumulated_deals.rep_id = quotas_by_year.rep_id
            and cumulated_deals.fiscal_year_start_date = quotas_by_year.fiscal_year_start_date
    inner join commission_tiers
        on
            cumulated_deals.close_date
            between commission_tiers.valid_from and commission_tiers.valid_to
            and coalesce(commission_tiers.team = cumulated_deals.team, commission_tiers.team is null)
    qualify row_number() over (
        partition by cumulated_deals.deal_id
        order by
            commission_tiers.team asc nulls last,
            commission_tiers.valid_from desc,
            commission_tiers.plan asc,
            commission_tiers.commission_tier_id asc
    ) = 1

),

-- What lies in a tier of the year's revenue up to the deal, less what lay in it before the deal.
revenue_by_deal_and_tier as (

    select
        deals_with_plan.*,
        commission_tiers.rate,
        {% for revenue in ['revenue_to_date', 'revenue_to_date - revenue'] -%}
        greatest(
            least({{ revenue }}, coalesce(attainment_to * quota_amount, {{ revenue }}))
            - attainment_from * quota_amount,
            0
        ){{ ' -' if not loop.last else ' as revenue_in_tier' }}
        {% endfor %}
    from deals_with_plan
    inner join commission_tiers
        on
            deals_with_plan.plan = commission_tiers.plan
            and coalesce(deals_with_plan.plan_team, '') = coalesce(commission_tiers.team, '')
            and deals_with_plan.close_date
            between commission_tiers.valid_from and commission_tiers.valid_to

),

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
        {{ as_measure('sum(rate * ' ~ as_measure('revenue_in_tier') ~ ')') }} as commission_amount
    from revenue_by_deal_and_tier
    group by
        deal_id, rep_id, team, plan, close_date, quota_amount, revenue, revenue_to_date

)

select * from commissions
