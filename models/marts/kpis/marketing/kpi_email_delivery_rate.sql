with

sent_messages as (

    select
        message_id as fact_id,
        sent_date as kpi_date,
        email_campaign_id as email_campaign,
        email_type,
        rep_id as rep,
        cast(is_delivered as int) as numerator,
        1 as denominator
    from {{ ref('fct_email_messages') }}

)

{{ kpi_rollup('sent_messages') }}
