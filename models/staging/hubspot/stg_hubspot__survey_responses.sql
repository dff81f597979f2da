{% set survey_type = word_of(
    'survey_types', 'hubspot', 'hs_survey_type', 'lower(hs_survey_type)'
) %}

with

feedback_submission_rows as (

    {{ contract_rows('hubspot', 'feedback_submission') }}

),

-- A response's type says its scale: NPS "from 0 to 10", CES "from 1 to 7", CSAT from 1 to 5. A
-- survey of another scale has it in columns of its own, mapped in source_mapping.
survey_responses as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'id') }} as response_id,
        hs_submission_timestamp as responded_at,
        {{ survey_type }} as survey_type,
        hs_value as score,
        coalesce(
            scale_min,
            case {{ survey_type }} when 'nps' then 0 when 'ces' then 1 when 'csat' then 1 end
        ) as scale_min,
        coalesce(
            scale_max,
            case {{ survey_type }} when 'nps' then 10 when 'ces' then 7 when 'csat' then 5 end
        ) as scale_max,
        {{ system_key('hubspot', 'hs_company_id') }} as account_record_id,
        {{ system_key('hubspot', 'hs_contact_id') }} as person_record_id,
        hs_contact_email_rollup as email,
        hs_product_id as raw_product_id,
        cast(null as {{ dbt.type_string() }}) as rep_id
    from feedback_submission_rows

)

select * from survey_responses
