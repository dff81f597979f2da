with

first_sign_ups as (

    select
        registration_id as fact_id,
        registered_date as kpi_date,
        lead_channel,
        market,
        case
            when
                activated_date
                <= {{ add_days('registered_date', var('activation_window_days')) }}
                then 1
            else 0
        end as numerator,
        1 as denominator
    from {{ ref('fct_registrations') }}

)

{{ kpi_rollup('first_sign_ups') }}
