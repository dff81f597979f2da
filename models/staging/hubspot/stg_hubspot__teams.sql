with

team_rows as (

    {{ contract_rows('hubspot', 'team') }}

),

teams as (

    select
        id as team_id,
        name as team_name
    from team_rows

)

select * from teams
