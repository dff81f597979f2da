with

won_deals as (

    select
        deal_id,
        close_date,
        rep_id,
        team,
        amount
    from {{ ref('fct_deals') }}
    where is_won

),

commissions as (

    select
        deal_id,
        commission_amount
    from {{ ref('fct_commissions') }}

),

-- A deal without commission is revenue all the same.
won_deals_with_commission as (

    select
        won_deals.deal_id as fact_id,
        won_deals.close_date as kpi_date,
        won_deals.rep_id as rep,
        won_deals.team,
        coalesce(commissions.commission_amount, 0) as numerator,
        won_deals.amount as denominator
    from won_deals
    left join commissions
        on won_deals.deal_id = commissions.deal_id

)

{{ kpi_rollup('won_deals_with_commission') }}
