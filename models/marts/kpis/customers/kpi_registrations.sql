with

registrations as (

    select
        registration_id,
        registered_date,
        lead_channel,
        market
    from {{ ref('fct_registrations') }}

),

first_sign_ups as (

    select
        registration_id as fact_id,
        registered_date as kpi_date,
        lead_channel,
        market,
        1 as numerator
    from registrations

)

{{ kpi_rollup('first_sign_ups') }}
