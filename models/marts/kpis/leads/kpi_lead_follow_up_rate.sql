with

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        rep_id as rep,
        team,
        case
            when
                first_contacted_date
                <= {{ add_days('created_date', var('conversion_window_days')) }}
                then 1
            else 0
        end as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}

)

{{ kpi_rollup('created_leads') }}
