with

owner_rows as (

    {{ contract_rows('hubspot', 'owner') }}

),

-- An owner without a user is a queue, which is nobody: "type" says so. Where it does not, the ids
-- of users do, if any are delivered; who has left has none of an active user, and is a person.
owners as (

    select
        owner_rows.*,
        coalesce(owner_rows.user_id, owner_rows.user_id_including_inactive) as any_user_id,
        count(coalesce(owner_rows.user_id, owner_rows.user_id_including_inactive)) over () > 0
            as has_user_ids,
        {{ system_key('hubspot', 'owner_id') }} as rep_id,
        coalesce(owner_rows.is_active, true)
        and not ({{ hubspot_is_deleted(has_archive=true) }}) as is_active_owner
    from owner_rows

),

-- An owner's team is the main one, "is_team_primary"; without such a mark that of the smallest id.
teams_of_owners as (

    select * from {{ ref('stg_hubspot__owner_teams') }}
    where not is_deleted and rep_id is not null
    qualify row_number() over (
        partition by rep_id
        order by
            case when is_primary then 1 else 2 end,
            {{ hubspot_id_order('team_id') }},
            team_name nulls last
    ) = 1

),

reps as (

    select
        'hubspot' as system,
        owners.rep_id,
        {{ hubspot_full_name('owners.first_name', 'owners.last_name') }} as rep_name,
        teams_of_owners.team_name as team,
        {{ system_key('hubspot', 'owners.manager_id') }} as manager_rep_id,
        owners.territory,
        owners.hired_on,
        owners.left_on,
        owners.is_active_owner as is_active,
        case upper(owners.type)
            when 'QUEUE' then true
            when 'PERSON' then false
            else owners.is_active_owner and owners.any_user_id is null and owners.has_user_ids
        end as is_queue
    from owners
    left join teams_of_owners
        on owners.rep_id = teams_of_owners.rep_id

)

select * from reps
