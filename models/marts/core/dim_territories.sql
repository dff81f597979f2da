with

territories as (

    select
        territory,
        region
    from {{ ref('territories') }}

),

assignments as (

    select territory
    from {{ ref('int_reps__assignments') }}

),

reps as (

    select territory
    from {{ ref('int_reps__resolved') }}

),

accounts as (

    select territory
    from {{ ref('int_accounts__resolved') }}

),

all_territories as (

    select
        territory,
        region
    from territories
    union all
    select
        territory,
        cast(null as {{ dbt.type_string() }}) as region
    from assignments
    union all
    select
        territory,
        cast(null as {{ dbt.type_string() }}) as region
    from reps
    union all
    select
        territory,
        cast(null as {{ dbt.type_string() }}) as region
    from accounts

),

territories_with_region as (

    select
        territory,
        min(region) as region
    from all_territories
    where territory is not null
    group by territory

)

select * from territories_with_region
