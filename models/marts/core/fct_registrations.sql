with

events as (

    select
        'lifecycle/' || event_id as registration_id,
        system,
        event_type,
        occurred_at,
        event_date,
        coalesce(person_id, account_id, event_id) as registrant_id,
        person_id,
        account_id,
        market,
        1 as event_order
    from {{ ref('fct_lifecycle_events') }}
    where event_type in ('registered', 'activated')
    union all
    select
        'web/' || conversion_id as registration_id,
        system,
        case conversion_type when 'sign_up' then 'registered' else 'activated' end as event_type,
        occurred_at,
        conversion_date as event_date,
        coalesce(person_id, web_registrant_id, conversion_id) as registrant_id,
        person_id,
        account_id,
        market,
        2 as event_order
    from {{ ref('fct_web_conversions') }}
    where conversion_type in ('sign_up', 'activation')

),

people as (

    select
        person_id,
        lead_channel
    from {{ ref('dim_people') }}

),

-- A person who signs up twice has registered once.
first_sign_ups as (

    select *
    from events
    where event_type = 'registered'
    qualify row_number() over (
        partition by registrant_id
        order by occurred_at, event_order, {{ key_order('registration_id') }}
    ) = 1

),

activations as (

    select distinct
        registrant_id,
        event_date
    from events
    where event_type = 'activated'

),

first_activations as (

    select
        first_sign_ups.registration_id,
        min(activations.event_date) as activated_date
    from first_sign_ups
    inner join activations
        on
            first_sign_ups.registrant_id = activations.registrant_id
            and first_sign_ups.event_date <= activations.event_date
    group by first_sign_ups.registration_id

),

registrations as (

    select
        first_sign_ups.registration_id,
        first_sign_ups.system,
        first_sign_ups.occurred_at as registered_at,
        first_sign_ups.event_date as registered_date,
        first_activations.activated_date,
        coalesce(
            first_activations.activated_date
            <= {{ add_days('first_sign_ups.event_date', var('activation_window_days')) }},
            false
        ) as is_activated_in_time,
        first_sign_ups.person_id,
        first_sign_ups.account_id,
        people.lead_channel,
        first_sign_ups.market
    from first_sign_ups
    left join first_activations
        on first_sign_ups.registration_id = first_activations.registration_id
    left join people
        on first_sign_ups.person_id = people.person_id

)

select * from registrations
