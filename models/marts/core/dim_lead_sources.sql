with

mapped_sources as (

    select
        lead_source,
        lead_channel,
        is_self_generated
    from {{ ref('lead_sources') }}

),

deals as (

    select lead_source
    from {{ ref('fct_deals') }}

),

leads as (

    select lead_source
    from {{ ref('fct_leads') }}

),

all_sources as (

    select
        lead_source,
        lead_channel,
        coalesce(is_self_generated, false) as is_self_generated,
        true as is_mapped
    from mapped_sources
    union all
    select
        lead_source,
        cast(null as {{ dbt.type_string() }}) as lead_channel,
        false as is_self_generated,
        false as is_mapped
    from deals
    union all
    select
        lead_source,
        cast(null as {{ dbt.type_string() }}) as lead_channel,
        false as is_self_generated,
        false as is_mapped
    from leads

),

lead_sources as (

    select
        lead_source,
        min(lead_channel) as lead_channel,
        bool_or(is_self_generated) as is_self_generated,
        bool_or(is_mapped) as is_mapped
    from all_sources
    where lead_source is not null
    group by lead_source

)

select * from lead_sources
