with

people as (

    select *
    from {{ ref('int_people__resolved') }}

),

-- The first lead says how a person came.
first_leads as (

    select
        leads.person_id,
        descriptions.lead_source,
        descriptions.lead_channel
    from {{ ref('int_leads__resolved') }} as leads
    inner join {{ ref('int_leads__described') }} as descriptions
        on leads.lead_id = descriptions.lead_id
    where leads.person_id is not null
    qualify row_number() over (
        partition by leads.person_id
        order by leads.created_at, {{ key_order('leads.lead_id') }}
    ) = 1

),

people_with_source as (

    select
        people.person_id,
        people.account_id,
        people.job_function,
        {{ local_date('people.created_at') }} as created_date,
        first_leads.lead_source,
        first_leads.lead_channel,
        people.is_lead,
        people.is_contact,
        people.is_inferred
    from people
    left join first_leads
        on people.person_id = first_leads.person_id

)

select * from people_with_source
