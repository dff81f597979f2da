with

countries as (

    select
        lower(trim(raw_value)) as raw_country,
        country,
        market
    from {{ ref('countries') }}
    where raw_value is not null

),

territories as (

    select
        lower(trim(country)) as raw_country,
        min(country) as country,
        min(territory) as territory
    from {{ ref('territories') }}
    where country is not null
    group by lower(trim(country))

),

-- A country that only the territories name is its own spelling.
all_countries as (

    select
        coalesce(countries.raw_country, territories.raw_country) as raw_country,
        countries.country as mapped_country,
        countries.market
    from countries
    full outer join territories
        on countries.raw_country = territories.raw_country

),

countries_with_territory as (

    select
        all_countries.raw_country,
        all_countries.mapped_country as country,
        all_countries.market,
        territories.territory
    from all_countries
    left join territories
        on
            coalesce(lower(all_countries.mapped_country), all_countries.raw_country)
            = territories.raw_country

)

select * from countries_with_territory
