with

leads as (

    select
        lead_id,
        created_date,
        lead_source,
        lead_channel,
        campaign_id,
        has_name,
        has_valid_email,
        has_valid_phone
    from {{ ref('fct_leads') }}

),

created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        lead_channel,
        campaign_id as campaign,
        cast(has_name as int) + cast(has_valid_email as int) + cast(has_valid_phone as int)
            as numerator,
        3 as denominator
    from leads

),

contact_fields as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        'name' as contact_field,
        cast(has_name as int) as numerator,
        1 as denominator
    from leads
    union all
    select
        lead_id as fact_id,
        created_date as kpi_date,
        'email' as contact_field,
        cast(has_valid_email as int) as numerator,
        1 as denominator
    from leads
    union all
    select
        lead_id as fact_id,
        created_date as kpi_date,
        'phone' as contact_field,
        cast(has_valid_phone as int) as numerator,
        1 as denominator
    from leads

)

{{ kpi_rollup('created_leads', facts_by_dimension={'contact_field': 'contact_fields'}) }}
