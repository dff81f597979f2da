with

people_of_facts as (

    {% for model in [
        'bridge_deal_people', 'fct_activities', 'fct_leads', 'fct_email_messages',
        'fct_web_sessions', 'fct_web_conversions', 'fct_content_touches', 'fct_marketing_touches',
        'fct_lifecycle_events', 'fct_survey_responses'
    ] -%}
    select distinct
        '{{ model }}' as mart,
        person_id
    from {{ ref(model) }}
    where person_id is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    people_of_facts.mart,
    people_of_facts.person_id,
    'expected the person of ' || people_of_facts.mart || ' in dim_people, found none' as message
from people_of_facts
left join {{ ref('dim_people') }} as people
    on people_of_facts.person_id = people.person_id
where people.person_id is null
