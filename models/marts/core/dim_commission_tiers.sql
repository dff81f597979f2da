with

commission_plans as (

    select
        plan,
        nullif(trim(team), '') as team,
        coalesce(valid_from, {{ open_start() }}) as valid_from,
        coalesce(valid_to, {{ open_end() }}) as valid_to,
        coalesce(attainment_from, 0) as attainment_from,
        attainment_to,
        rate
    from {{ ref('commission_plans') }}

),

commission_tiers as (

    select
        plan || '|' || coalesce(team, '') || '|' || {{ as_text('valid_from') }}
        || '|' || {{ as_text('cast(attainment_from as decimal(10, 6))') }} as commission_tier_id,
        plan,
        team,
        valid_from,
        valid_to,
        cast(attainment_from as decimal(10, 6)) as attainment_from,
        cast(attainment_to as decimal(10, 6)) as attainment_to,
        cast(rate as decimal(10, 6)) as rate
    from commission_plans

)

select * from commission_tiers
