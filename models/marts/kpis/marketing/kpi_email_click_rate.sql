with

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
    from {{ ref('fct_email_messages') }}
    where is_delivered

)

{{ kpi_rollup('delivered_messages') }}
