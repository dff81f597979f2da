with

email_messages as (

    select
        message_id,
        sent_date,
        email_campaign_id,
        email_type,
        rep_id,
        is_opened
    from {{ ref('fct_email_messages') }}
    where is_delivered

),

delivered_messages as (

    select
        message_id as fact_id,
        sent_date as kpi_date,
        email_campaign_id as email_campaign,
        email_type,
        rep_id as rep,
        cast(is_opened as int) as numerator,
        1 as denominator
    from email_messages

)

{{ kpi_rollup('delivered_messages') }}
