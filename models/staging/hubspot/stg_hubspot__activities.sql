{%- do enable_for('hubspot') -%}

with

engagements as (

    {% for kind in ['calls', 'meetings', 'sales_emails', 'notes', 'tasks'] -%}
    select
        system,
        activity_id,
        activity_type,
        occurred_at,
        rep_id,
        direction,
        outcome,
        is_automated,
        is_deleted
    from {{ ref('stg_hubspot__' ~ kind) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

queues as (

    select rep_id from {{ ref('stg_hubspot__reps') }}
    where is_queue

),

activity_links as (

    select * from {{ ref('stg_hubspot__activity_links') }}
    where not is_deleted

),

contacts as (

    select
        person_record_id,
        is_lead
    from {{ ref('stg_hubspot__contacts') }}

),

-- An engagement belongs to any number of records: of each kind the one with the smallest id stands
-- here, and all of them in stg_hubspot__activity_links.
first_links as (

    select
        activity_id,
        min_by(account_record_id, {{ hubspot_id_order('account_record_id') }}) as account_record_id,
        min_by(person_record_id, {{ hubspot_id_order('person_record_id') }}) as person_record_id,
        min_by(deal_id, {{ hubspot_id_order('deal_id') }}) as deal_id
    from activity_links
    group by activity_id

),

activities as (

    select
        engagements.system,
        engagements.activity_id,
        engagements.activity_type,
        engagements.occurred_at,
        case when queues.rep_id is null then engagements.rep_id end as rep_id,
        first_links.account_record_id,
        first_links.person_record_id,
        case when contacts.is_lead then first_links.person_record_id end as lead_id,
        first_links.deal_id,
        engagements.direction,
        engagements.outcome,
        engagements.is_automated,
        engagements.is_deleted
    from engagements
    left join first_links
        on engagements.activity_id = first_links.activity_id
    left join contacts
        on first_links.person_record_id = contacts.person_record_id
    left join queues
        on engagements.rep_id = queues.rep_id

)

select * from activities
