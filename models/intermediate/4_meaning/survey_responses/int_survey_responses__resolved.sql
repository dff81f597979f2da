with

survey_responses as (

    select *
    from {{ ref('int_survey_responses__united') }}

),

people as (

    select
        identities.record_id,
        people.person_id,
        people.account_id
    from {{ ref('int_people__identities') }} as identities
    inner join {{ ref('int_people__resolved') }} as people
        on identities.person_id = people.person_id
    where identities.record_type = 'person'

),

people_of_addresses as (

    select
        addresses.email,
        people.person_id,
        people.account_id
    from {{ ref('int_people__addresses') }} as addresses
    inner join {{ ref('int_people__resolved') }} as people
        on addresses.person_id = people.person_id

),

product_mapping as (

    {{ mapping_of_systems('products', ['product_id']) }}

),

-- Facts after `as_of_date` do not exist. The respondent is the person, by record or address, else
-- the address, else nobody but this answer.
responses_of_identities as (

    select
        survey_responses.*,
        {{ local_date('survey_responses.responded_at') }} as response_date,
        coalesce(account_identities.account_id, people.account_id, people_of_addresses.account_id)
            as account_id,
        coalesce(people.person_id, people_of_addresses.person_id) as person_id,
        coalesce(
            people.person_id,
            people_of_addresses.person_id,
            {{ pseudonym('e', normalised_email('survey_responses.email')) }},
            survey_responses.response_id
        ) as respondent_id,
        {{ product_key(
            'product_mapping.product_id', 'survey_responses.system', 'survey_responses.raw_product_id'
        ) }} as product_id
    from survey_responses
    left join {{ ref('int_accounts__identities') }} as account_identities
        on survey_responses.account_record_id = account_identities.account_record_id
    left join people
        on survey_responses.person_record_id = people.record_id
    left join people_of_addresses
        on {{ normalised_email('survey_responses.email') }} = people_of_addresses.email
    left join product_mapping
        on
            survey_responses.system = product_mapping.system
            and lower(survey_responses.raw_product_id) = product_mapping.raw_value
    where {{ local_date('survey_responses.responded_at') }} <= {{ as_of_date() }}

)

select * from responses_of_identities
