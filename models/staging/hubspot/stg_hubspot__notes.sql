with

engagement_note_rows as (

    {{ contract_rows('hubspot', 'engagement_note') }}

),

notes as (

    select
        {{ hubspot_engagement('note') }},
        cast(null as {{ dbt.type_string() }}) as direction,
        cast(null as {{ dbt.type_string() }}) as outcome
    from engagement_note_rows

)

select * from notes
