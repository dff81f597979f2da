with

owner_team_rows as (

    {{ contract_rows('hubspot', 'owner_team') }}

),

owner_rows as (

    {{ contract_rows('hubspot', 'owner') }}

),

teams as (

    select
        team_id,
        team_name
    from {{ ref('stg_hubspot__teams') }}

),

owners as (

    select
        owner_id,
        _dlt_id
    from owner_rows
    where _dlt_id is not null

),

owner_teams as (

    select
        'hubspot' as system,
        coalesce(
            {{ system_key('hubspot', 'owner_team_rows.owner_id') }},
            {{ system_key('hubspot', 'owners.owner_id') }}
        ) as rep_id,
        owner_team_rows.team_id,
        coalesce(owner_team_rows.team_name, teams.team_name) as team_name,
        coalesce(owner_team_rows.is_team_primary, false) as is_primary,
        coalesce(owner_team_rows._fivetran_deleted, false) as is_deleted
    from owner_team_rows
    left join owners
        on owner_team_rows._dlt_parent_id = owners._dlt_id
    left join teams
        on owner_team_rows.team_id = teams.team_id

)

select * from owner_teams
