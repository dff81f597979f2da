{{ union_systems('survey_responses') }}
