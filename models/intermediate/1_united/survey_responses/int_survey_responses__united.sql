{{ config(materialized=passing_on()) }}

{{ union_systems('survey_responses') }}
