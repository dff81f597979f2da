with

commissions_of_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        rep_id as rep,
        team,
        plan,
        commission_amount as numerator
    from {{ ref('fct_commissions') }}

)

{{ kpi_rollup('commissions_of_deals') }}
