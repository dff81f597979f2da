with

form_submissions as (

    select *
    from {{ ref('int_form_submissions__united') }}

),

people as (

    select
        record_id,
        person_id
    from {{ ref('int_people__identities') }}
    where record_type = 'person'

),

-- Facts after `as_of_date` do not exist.
submissions_of_people as (

    select
        form_submissions.system,
        form_submissions.form_submission_id,
        form_submissions.form_name,
        form_submissions.submitted_at,
        {{ local_date('form_submissions.submitted_at') }} as submission_date,
        form_submissions.page_url,
        people.person_id
    from form_submissions
    left join people
        on form_submissions.person_record_id = people.record_id
    where {{ local_date('form_submissions.submitted_at') }} <= {{ as_of_date() }}

)

select * from submissions_of_people
