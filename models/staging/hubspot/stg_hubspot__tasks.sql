with

engagement_task_rows as (

    {{ contract_rows('hubspot', 'engagement_task') }}

),

tasks as (

    select
        {{ hubspot_engagement('task') }},
        cast(null as {{ dbt.type_string() }}) as direction,
        lower(hs_task_status) as outcome
    from engagement_task_rows

)

select * from tasks
