with

won_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        team,
        rep_id as rep,
        case when revenue_type in ('expansion', 'cross_sell') then amount else 0 end as numerator,
        amount as denominator
    from {{ ref('fct_deals') }}
    where is_won

)

{{ kpi_rollup('won_deals') }}
