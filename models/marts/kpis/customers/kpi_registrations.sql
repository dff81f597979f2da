with

first_sign_ups as (

    select
        registration_id as fact_id,
        registered_date as kpi_date,
        lead_channel,
        market,
        1 as numerator
    from {{ ref('fct_registrations') }}

)

{{ kpi_rollup('first_sign_ups') }}
