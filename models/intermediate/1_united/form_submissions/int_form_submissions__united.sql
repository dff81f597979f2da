{{ config(materialized=passing_on()) }}

{{ union_systems('form_submissions') }}
