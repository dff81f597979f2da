with

contact_form_submission_rows as (

    {{ contract_rows('hubspot', 'contact_form_submission') }}

),

forms as (

    select * from {{ ref('stg_hubspot__forms') }}

),

form_submissions as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'contact_form_submission_rows.conversion_id') }}
            as form_submission_id,
        {{ system_key('hubspot', 'contact_form_submission_rows.contact_id') }} as person_record_id,
        coalesce(forms.form_name, contact_form_submission_rows.title) as form_name,
        contact_form_submission_rows.timestamp as submitted_at,
        contact_form_submission_rows.page_url
    from contact_form_submission_rows
    left join forms
        on contact_form_submission_rows.form_id = forms.form_id

)

select * from form_submissions
