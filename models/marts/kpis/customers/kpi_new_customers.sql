with

-- A deal without an account is new business, but nobody becomes a customer by it.
first_won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        lead_source,
        industry,
        1 as numerator
    from {{ ref('fct_deals') }}
    where is_new_business and account_id is not null

)

{{ kpi_rollup('first_won_deals') }}
