with recursive

leads as (

    select *
    from {{ ref('int_leads__united') }}

),

person_merges as (

    select *
    from {{ ref('int_person_merges__united') }}

),

-- A lead of HubSpot is a contact, whose merges are those of people.
stated_merges as (

    {{ stated_merges('leads', 'lead_id', 'merged_into_lead_id', 'person_merges') }}

),

merge_steps as (

    {{ merge_steps('stated_merges', 'lead_id', 'merged_into_lead_id') }}

),

survivors as (

    select
        lead_id,
        {{ last_survivor() }} as surviving_lead_id
    from merge_steps
    group by lead_id

),

lead_merges as (

    select
        lead_id,
        surviving_lead_id
    from survivors
    where lead_id <> surviving_lead_id

)

select * from lead_merges
