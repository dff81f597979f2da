with

cancellations as (

    select
        event_id,
        event_date,
        reason,
        territory,
        segment
    from {{ ref('fct_lifecycle_events') }}
    where event_type = 'cancelled'

),

dated_cancellations as (

    select
        event_id as fact_id,
        event_date as kpi_date,
        reason as cancel_reason,
        territory,
        segment,
        1 as numerator
    from cancellations

)

{{ kpi_rollup('dated_cancellations') }}
