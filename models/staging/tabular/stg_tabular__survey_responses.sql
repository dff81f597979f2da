with

survey_response_rows as (

    {{ contract_rows('tabular', 'survey_response') }}

),

survey_responses as (

    select
        'tabular' as system,
        {{ system_key('tabular', 'response_id') }} as response_id,
        responded_at,
        {{ word_of('survey_types', 'tabular', 'survey_type', 'lower(survey_type)') }}
            as survey_type,
        score,
        scale_min,
        scale_max,
        {{ system_key('tabular', 'account_id') }} as account_record_id,
        {{ system_key('tabular', 'person_id') }} as person_record_id,
        email,
        product_id as raw_product_id,
        {{ system_key('tabular', 'rep_id') }} as rep_id
    from survey_response_rows

)

select * from survey_responses
