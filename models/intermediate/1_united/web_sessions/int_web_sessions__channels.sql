with

web_sessions as (

    select *
    from {{ ref('int_web_sessions__united') }}

),

sources as (

    select distinct
        coalesce(lower(source), '') as source,
        coalesce(lower(medium), '') as medium
    from web_sessions

),

-- A blank pattern is for every source or medium.
rules as (

    select
        priority,
        coalesce(lower(trim(source_pattern)), '%') as source_pattern,
        coalesce(lower(trim(medium_pattern)), '%') as medium_pattern,
        channel
    from {{ ref('channel_rules') }}

),

channels_of_sources as (

    select
        sources.source,
        sources.medium,
        rules.channel
    from sources
    inner join rules
        on
            sources.source like rules.source_pattern
            and sources.medium like rules.medium_pattern
    qualify row_number() over (
        partition by sources.source, sources.medium
        order by rules.priority, rules.source_pattern, rules.medium_pattern, rules.channel
    ) = 1

)

select * from channels_of_sources
