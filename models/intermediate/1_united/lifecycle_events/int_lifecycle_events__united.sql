{{ config(materialized=passing_on()) }}

{{ union_systems('lifecycle_events') }}
