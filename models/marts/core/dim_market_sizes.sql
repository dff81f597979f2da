with

market_sizes as (

    select
        {{ trimmed('market') }} as market,
        nullif({{ trimmed('industry') }}, '') as industry,
        year,
        company_count
    from {{ ref('market_sizes') }}

),

-- A row without an industry is the whole market; those of its industries are parts of it.
sizes_with_key as (

    select
        market || '/' || coalesce(industry, '') || '/' || cast(year as {{ dbt.type_string() }})
            as market_size_id,
        market,
        industry,
        cast(year as bigint) as calendar_year,
        cast(company_count as bigint) as count_companies,
        industry is null as is_whole_market
    from market_sizes

)

select * from sizes_with_key
