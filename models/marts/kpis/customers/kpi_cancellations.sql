with

dated_cancellations as (

    select
        event_id as fact_id,
        event_date as kpi_date,
        reason as cancel_reason,
        territory,
        segment,
        1 as numerator
    from {{ ref('fct_lifecycle_events') }}
    where event_type = 'cancelled'

)

{{ kpi_rollup('dated_cancellations') }}
