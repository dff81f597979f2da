with

first_sign_ups as (

    select
        registration_id as fact_id,
        registered_date as kpi_date,
        lead_channel,
        market,
        cast(is_activated_in_time as int) as numerator,
        1 as denominator
    from {{ ref('fct_registrations') }}

)

{{ kpi_rollup('first_sign_ups') }}
