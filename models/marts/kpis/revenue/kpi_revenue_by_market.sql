with

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        market,
        country,
        segment,
        amount as numerator
    from {{ ref('fct_deals') }}
    where is_won

)

{{ kpi_rollup('won_deals') }}
