with

email_messages as (

    select
        message_id,
        sent_date,
        email_campaign_id,
        email_type,
        content,
        rep_id,
        is_clicked
    from {{ ref('fct_email_messages') }}
    where is_delivered

),

delivered_messages as (

    select
        message_id as fact_id,
        sent_date as kpi_date,
        email_campaign_id as email_campaign,
        email_type,
        content,
        rep_id as rep,
        cast(is_clicked as int) as numerator,
        1 as denominator
    from email_messages

)

{{ kpi_rollup('delivered_messages') }}
