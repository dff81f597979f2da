with

activities as (

    select *
    from {{ ref('int_activities__resolved') }}

),

activity_links as (

    select *
    from {{ ref('int_activity_links__united') }}

),

account_identities as (

    select *
    from {{ ref('int_accounts__identities') }}

),

people as (

    select
        record_id,
        person_id
    from {{ ref('int_people__identities') }}
    where record_type = 'person'

),

lead_identities as (

    select *
    from {{ ref('int_leads__identities') }}

),

deals as (

    select *
    from {{ ref('int_deals__survivors') }}

),

further_links as (

    select
        activities.activity_id,
        account_identities.account_id,
        people.person_id,
        lead_identities.lead_id,
        coalesce(deals.surviving_deal_id, activity_links.deal_id) as deal_id
    from activity_links
    inner join activities
        on activity_links.activity_id = activities.activity_id
    left join account_identities
        on activity_links.account_record_id = account_identities.account_record_id
    left join people
        on activity_links.person_record_id = people.record_id
    left join lead_identities
        on
            coalesce(activity_links.lead_id, activity_links.person_record_id)
            = lead_identities.lead_record_id
    left join deals
        on activity_links.deal_id = deals.deal_id
    where not coalesce(activity_links.is_deleted, false)

),

-- The records that an activity names itself and its other associations, each once.
links as (

    {% for column, type in {
        'account_id': 'account', 'person_id': 'person', 'lead_id': 'lead', 'deal_id': 'deal'
    }.items() -%}
    {% for relation in ['activities', 'further_links'] -%}
    select
        activity_id,
        '{{ type }}' as link_type,
        {{ column }} as linked_id
    from {{ relation }}
    where {{ column }} is not null
    {{ 'union distinct' if not loop.last }}
    {% endfor -%}
    {{ 'union distinct' if not loop.last }}
    {% endfor %}

)

select * from links
