{{ config(materialized=passing_on()) }}

{{ union_systems('activities') }}
