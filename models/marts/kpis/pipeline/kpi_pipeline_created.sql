with

deals as (

    select
        deal_id,
        created_date,
        account_id,
        rep_id,
        lead_source,
        amount
    from {{ ref('fct_deals') }}
    where created_date is not null

),

accounts as (

    select
        account_id,
        territory
    from {{ ref('dim_accounts') }}

),

rep_assignments as (

    select
        rep_id,
        valid_from,
        valid_to,
        team,
        territory
    from {{ ref('dim_rep_assignments') }}

),

-- Team and territory are the owner's on the day of creation, not of the close.
created_deals as (

    select
        deals.deal_id as fact_id,
        deals.created_date as kpi_date,
        deals.lead_source,
        coalesce(accounts.territory, rep_assignments.territory) as territory,
        rep_assignments.team,
        deals.rep_id as rep,
        deals.amount as numerator
    from deals
    left join accounts
        on deals.account_id = accounts.account_id
    left join rep_assignments
        on
            deals.rep_id = rep_assignments.rep_id
            and deals.created_date
            between rep_assignments.valid_from and rep_assignments.valid_to

)

{{ kpi_rollup('created_deals') }}
